import { RoomKinds1795000400001 } from './1795000400001-room-kinds.ts'
import { Invitations1795000400002 } from './1795000400002-invitations.ts'
import { Moderation1795000400003 } from './1795000400003-moderation.ts'
import { Retention1795000400004 } from './1795000400004-retention.ts'

/** Of sorts of rooms, of how people come into them, and of what is not wanted there. */
export const roomMigrations = [
  RoomKinds1795000400001,
  Invitations1795000400002,
  Moderation1795000400003,
  Retention1795000400004,
]
