import type { Database } from '@gravity/shared/database/open-database'
import { type InvalidInput, invalidInput } from '@gravity/shared/errors/invalid-input'
import { roomConfigured } from '@gravity/shared/events/contracts/chat'
import { isUuid } from '@gravity/shared/identifiers/uuid-v7'
import type { Viewer } from '@gravity/shared/viewer/viewer'
import type { RoomHints } from '../live/room-hints.ts'
import type { ChatReads, ChatStore } from '../store.ts'
import type { JoinRule, RoomHistory, RoomRow } from './room.entity.ts'
import type { VisibleRoomRow } from './room.repository.ts'
import { permissionFault, type RoomPermission } from './room-permissions.ts'
import { historyFault, parseDescription, parseTopic } from './room-plan.ts'
import {
  type PermissionRequired,
  type RoomNotFound,
  roomNotFound,
  type WrongRoomKind,
  wrongRoomKind,
} from './room-problems.ts'

export interface RoomSettingsServiceDeps {
  readonly database: Database<ChatStore, ChatReads>
  readonly hints: RoomHints
  readonly newId: () => string
  readonly now: () => Date
}

/** What is left out stays as it is. */
export interface RoomSettings {
  readonly roomId: string
  readonly topic?: string | null | undefined
  readonly description?: string | null | undefined
  readonly history?: RoomHistory | null | undefined
  readonly joinRule?: JoinRule | null | undefined
  readonly slowModeSeconds?: number | null | undefined
  readonly retentionDays?: number | null | undefined
}

type SettingsPatch = Partial<
  Pick<
    RoomRow,
    'topic' | 'description' | 'history' | 'joinRule' | 'slowModeSeconds' | 'retentionDays'
  >
>

type SettingsProblem = RoomNotFound | PermissionRequired | WrongRoomKind | InvalidInput

const permissionsNeeded = {
  topic: 'RENAME_ROOM',
  description: 'RENAME_ROOM',
  slowModeSeconds: 'SET_SLOW_MODE',
  history: 'CHANGE_SETTINGS',
  joinRule: 'CHANGE_SETTINGS',
  retentionDays: 'CHANGE_SETTINGS',
} as const satisfies Record<keyof SettingsPatch, RoomPermission>

// The keys of an object literal are exactly its type's.
const settingNames = Object.keys(permissionsNeeded) as (keyof SettingsPatch)[]

const directHasNone = wrongRoomKind('A direct room is as it is.')
const slowest = 21_600
const longestRetention = 3_650

/** Sets rooms up: what they are for, what newcomers see, how fast people write, and for how long it is kept. */
export class RoomSettingsService {
  readonly #deps: RoomSettingsServiceDeps

  constructor(deps: RoomSettingsServiceDeps) {
    this.#deps = deps
  }

  /** Setting what is set already changes nothing. */
  change(viewer: Viewer, input: RoomSettings): Promise<VisibleRoomRow | SettingsProblem> {
    const patch = parseSettings(input)
    if ('__typename' in patch) return Promise.resolve(patch)
    return this.#configure<InvalidInput>(viewer, input.roomId, (room) => {
      const changed = settingNames.filter((name) => name in patch && patch[name] !== room[name])
      for (const name of changed) {
        const fault = permissionFault(room.viewerRole, permissionsNeeded[name])
        if (fault) return fault
      }
      const history = patch.history ?? room.history
      const joinRule = patch.joinRule ?? room.joinRule
      const fault = historyFault(room.kind, history) ?? joinFault(room, joinRule)
      return fault ?? (changed.length > 0 ? patch : null)
    })
  }

  /** An archived room is read-only for everybody; messages can still be withdrawn. Done twice it changes nothing more. */
  archive(
    viewer: Viewer,
    input: { readonly roomId: string; readonly isArchived: boolean },
  ): Promise<VisibleRoomRow | Exclude<SettingsProblem, InvalidInput>> {
    const { isArchived } = input
    const archive = { archivedAt: this.#deps.now(), archivedBy: viewer.userId }
    return this.#configure<never>(viewer, input.roomId, (room) => {
      const fault = permissionFault(room.viewerRole, 'ARCHIVE_ROOM')
      if (fault) return fault
      if ((room.archivedAt !== null) === isArchived) return null
      return isArchived ? archive : { archivedAt: null, archivedBy: null }
    })
  }

  async #configure<Problem extends { readonly __typename: string }>(
    viewer: Viewer,
    givenId: string,
    decide: (room: VisibleRoomRow) => Partial<RoomRow> | PermissionRequired | Problem | null,
  ): Promise<VisibleRoomRow | RoomNotFound | PermissionRequired | WrongRoomKind | Problem> {
    const { database, hints } = this.#deps
    const roomId = givenId.toLowerCase()
    if (!isUuid(roomId)) return roomNotFound
    const outcome = await database.transaction(async (store) => {
      const room = await store.rooms.lockForMember(roomId, viewer.userId)
      if (!room) return roomNotFound
      if (room.kind === 'direct') return directHasNone
      const patch = decide(room)
      if (patch === null) return room
      if ('__typename' in patch) return patch
      const changed = await store.rooms.configure({ ...room, ...patch })
      await this.#tell(store, changed, { by: viewer.userId, settings: Object.keys(patch) })
      return { ...room, ...changed }
    })
    if (!('__typename' in outcome)) hints.roomChanged(roomId)
    return outcome
  }

  async #tell(
    store: ChatStore,
    room: RoomRow,
    { by, settings }: { readonly by: string; readonly settings: readonly string[] },
  ): Promise<void> {
    const { newId, now } = this.#deps
    const isArchived = room.archivedAt !== null
    await store.moderationLog.add({
      id: newId(),
      roomId: room.id,
      actorId: by,
      action: 'room_configured',
      personId: null,
      messageId: null,
      reason: settings.join(', '),
      expiresAt: null,
      doneAt: now(),
    })
    await store.outbox.add(roomConfigured, {
      aggregateId: room.id,
      aggregateVersion: room.version,
      payload: { roomId: room.id, changedBy: by, isArchived },
    })
  }
}

function joinFault(room: RoomRow, joinRule: JoinRule): InvalidInput | undefined {
  return joinRule === 'open' && room.kind !== 'channel'
    ? invalidInput('joinRule', 'Only a channel can be open to everybody.')
    : undefined
}

function parseSettings(input: RoomSettings): SettingsPatch | InvalidInput {
  const { history, joinRule, slowModeSeconds, retentionDays } = input
  const topic = parseTopic(input.topic)
  if (topic !== null && typeof topic === 'object') return topic
  const description = parseDescription(input.description)
  if (description !== null && typeof description === 'object') return description
  if (slowModeSeconds != null && (slowModeSeconds < 0 || slowModeSeconds > slowest)) {
    return invalidInput('slowModeSeconds', `Slow mode has from 0 to ${slowest} seconds.`)
  }
  if (retentionDays != null && (retentionDays < 1 || retentionDays > longestRetention)) {
    return invalidInput('retentionDays', `Messages are kept for 1 to ${longestRetention} days.`)
  }
  return {
    ...(input.topic === undefined ? {} : { topic }),
    ...(input.description === undefined ? {} : { description }),
    ...(history == null ? {} : { history }),
    ...(joinRule == null ? {} : { joinRule }),
    ...(slowModeSeconds == null ? {} : { slowModeSeconds }),
    ...(retentionDays === undefined ? {} : { retentionDays }),
  }
}
