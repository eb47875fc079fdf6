import { z } from 'zod'
import { defineEvent } from '../event-contract.ts'

const profile = z.object({ userId: z.guid(), username: z.string(), displayName: z.string() })

/**
 * A profile exists. The aggregate is the user. Chat learns by it whom rooms may bring in, and users itself that whoever was
 * told that there is no such person must ask again.
 */
export const profileCreated = defineEvent('users.profile-created.v1', {
  payload: profile,
  consumers: ['chat', 'users'],
})

/**
 * A profile has changed; the payload holds its public names as they are now. The aggregate is the user. Users itself tells
 * routers by it to forget the profile as it was; chat learns the name by which people are mentioned.
 */
export const profileChanged = defineEvent('users.profile-changed.v1', {
  payload: profile,
  consumers: ['chat', 'users'],
})

/**
 * A person has blocked another. The aggregate is the blocker. Chat learns by it who may not write to whom; whatever else
 * brings people together must keep these two apart, in both directions. Users itself tells routers by it to forget both.
 */
export const personBlocked = defineEvent('users.person-blocked.v1', {
  payload: z.object({ blockerId: z.guid(), blockedId: z.guid(), blockedAt: z.iso.datetime() }),
  consumers: ['chat', 'users'],
})

/** A person has lifted a block. The aggregate is the blocker, as of {@link personBlocked}. */
export const personUnblocked = defineEvent('users.person-unblocked.v1', {
  payload: z.object({ blockerId: z.guid(), blockedId: z.guid(), unblockedAt: z.iso.datetime() }),
  consumers: ['chat', 'users'],
})

/** Somebody follows another from now on. The aggregate is the follower. */
export const personFollowed = defineEvent('users.person-followed.v1', {
  payload: z.object({ followerId: z.guid(), followeeId: z.guid(), followedAt: z.iso.datetime() }),
  consumers: [],
})

/** Somebody does not follow another any more, by their own will or because they were removed. The aggregate is the follower. */
export const personUnfollowed = defineEvent('users.person-unfollowed.v1', {
  payload: z.object({ followerId: z.guid(), followeeId: z.guid(), unfollowedAt: z.iso.datetime() }),
  consumers: [],
})

/** Somebody asks to follow a person whose account is private. The aggregate is who asks. */
export const followRequested = defineEvent('users.follow-requested.v1', {
  payload: z.object({ requesterId: z.guid(), targetId: z.guid(), requestedAt: z.iso.datetime() }),
  consumers: [],
})

const moment = z.iso.datetime({ offset: true })

/** A person's account will be deleted, unless they think better of it; they are told. The aggregate is the deletion. */
export const deletionScheduled = defineEvent('users.deletion-scheduled.v1', {
  payload: z.object({ userId: z.guid(), deletionId: z.guid(), dueAt: moment }),
  consumers: ['auth'],
})

/** A person's account stays after all. The aggregate is the deletion. */
export const deletionCancelled = defineEvent('users.deletion-cancelled.v1', {
  payload: z.object({ userId: z.guid(), deletionId: z.guid() }),
  consumers: ['auth'],
})

/**
 * A person leaves for good. Each consumer erases what it knows of them in one transaction and acknowledges it by its own
 * event; whoever has acknowledged may be asked again and does the same again. The aggregate is the deletion, its version
 * the number of times that was asked.
 */
export const personErasureBegun = defineEvent('users.person-erasure-begun.v1', {
  payload: z.object({
    userId: z.guid(),
    deletionId: z.guid(),
    /** The person themselves, or the administrator who ordered it. */
    orderedBy: z.guid(),
  }),
  consumers: ['auth', 'chat', 'users'],
})

/** Every service has erased the person. What still names them by id means nobody. The aggregate is the deletion. */
export const personErased = defineEvent('users.person-erased.v1', {
  payload: z.object({ userId: z.guid(), deletionId: z.guid(), erasedAt: moment }),
  consumers: [],
})

/**
 * A person wants what is kept about them. Each consumer answers with its parts by its own event, and does so again when
 * it is asked again. The aggregate is the export.
 */
export const exportRequested = defineEvent('users.export-requested.v1', {
  payload: z.object({ userId: z.guid(), exportId: z.guid() }),
  consumers: ['auth', 'chat', 'users'],
})

/** What a person asked for can be fetched; they are told. The aggregate is the export. */
export const exportReady = defineEvent('users.export-ready.v1', {
  payload: z.object({ userId: z.guid(), exportId: z.guid(), expiresAt: moment }),
  consumers: ['auth'],
})

/**
 * A part of the people there are, told because somebody wanted to know; `nextAfterId` is where the next part begins, null
 * for the last. Who has heard something newer of one of them, by the `version` of the profile, keeps that. The aggregate is
 * the wish.
 */
export const peopleTold = defineEvent('users.people-told.v1', {
  payload: z.object({
    people: z.array(profile.extend({ version: z.int() })),
    nextAfterId: z.guid().nullable(),
  }),
  consumers: ['chat'],
})
