import { afterAll, beforeAll } from '@jest/globals'
import type { CreateSubgraph } from '../server/subgraph.ts'
import { openTestSubgraph, type TestSubgraph } from './open-test-subgraph.ts'
import { createTestPlatform, type TestPlatform } from './test-platform.ts'

/** Opens a subgraph, on a platform whose clock and database are its own, for all tests of a file. */
export function withTestSubgraph(
  createSubgraph: CreateSubgraph,
  begin: (subgraph: TestSubgraph, platform: TestPlatform) => void,
): void {
  let platform: TestPlatform
  let subgraph: TestSubgraph
  beforeAll(async () => {
    platform = await createTestPlatform()
    subgraph = await openTestSubgraph(createSubgraph, { platform })
    begin(subgraph, platform)
  })
  afterAll(async () => {
    await subgraph[Symbol.asyncDispose]()
    await platform.close()
  })
}
