import { looseSkeleton } from './username-rules.ts'

/** Names that speak for the platform, stand in its addresses, or mean nobody. */
const words = `
  about abuse account accounts admin administrator all anonymous api app auth billing blog bot contact deleted developer
  everyone explorer feed graphql gravity guest help here home info legal login logout mail mailbox me moderation
  moderator mod news nobody noreply notifications null official operator owner postmaster privacy register root
  search security settings shop signin signup staff status store support sysadmin system team terms undefined unknown
  user users verified webmaster www you`

const reserved = new Set(words.trim().split(/\s+/).map(looseSkeleton))

/** Whether a name is, or looks like, one that no person may have. */
export function isReserved(username: string): boolean {
  return reserved.has(looseSkeleton(username))
}
