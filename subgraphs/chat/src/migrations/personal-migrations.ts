import { PersonalSettings1795000500001 } from './1795000500001-personal-settings.ts'
import { AttachFiles1795000500002 } from './1795000500002-attach-files.ts'
import { SearchMessages1795000500003 } from './1795000500003-search-messages.ts'
import { WantPeople1795000500004 } from './1795000500004-want-people.ts'

/** Of what people want of chat, what they attach and what they find. */
export const personalMigrations = [
  PersonalSettings1795000500001,
  AttachFiles1795000500002,
  SearchMessages1795000500003,
  WantPeople1795000500004,
]
