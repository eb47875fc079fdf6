import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { QueryResolvers, Resolvers } from '../generated/resolver-types.ts'

const mostDays = 366

export const statisticsQueries: Pick<QueryResolvers, 'peopleStatistics'> = {
  peopleStatistics: (_parent, _args, { reads }) => reads.statistics.totals(),
}

export const statisticsResolvers: Pick<Resolvers, 'PeopleStatistics'> = {
  PeopleStatistics: {
    newPeople(_parent, { days: given }, { reads, now }) {
      const days = given ?? 30
      if (days < 1 || days > mostDays) {
        throw new GravityError(
          'BAD_USER_INPUT',
          `\`days\` must be from 1 to ${mostDays}, not ${days}`,
        )
      }
      return reads.statistics.newPeople(days, now())
    },
  },
}
