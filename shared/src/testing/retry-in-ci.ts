import { jest } from '@jest/globals'

// A busy machine can outlast a deadline of the real servers that the tests use. What fails twice is a fault; the first
// failure is printed all the same.
if (process.env['CI'] === 'true') jest.retryTimes(1, { logErrorsBeforeRetry: true })
