import { describe, expect, it } from '@jest/globals'
import { createGuardedFetch } from './guarded-fetch.ts'

const publicAddress = '93.184.216.34'

describe('a guarded fetch', () => {
  it.each([
    ['ftp://example.org/', 'not-http'],
    ['file:///etc/passwd', 'not-http'],
    ['javascript:alert(1)', 'not-http'],
    ['no address', 'not-http'],
    ['https://user:secret@example.org/', 'address-not-allowed'],
    ['https://example.org:8443/', 'address-not-allowed'],
    ['http://127.0.0.1/', 'address-not-allowed'],
    ['http://2130706433/', 'address-not-allowed'],
    ['http://0x7f.1/', 'address-not-allowed'],
    ['http://[::1]/', 'address-not-allowed'],
    ['http://[::ffff:10.0.0.1]/', 'address-not-allowed'],
    ['http://169.254.169.254/latest/meta-data/', 'address-not-allowed'],
  ])('refuses %s: %s', async (address, fault) => {
    await expect(createGuardedFetch()(address)).rejects.toMatchObject({ fault })
  })

  it.each([
    [['10.0.0.1'], 'address-not-allowed'],
    [[publicAddress, '127.0.0.1'], 'address-not-allowed'],
    [[], 'name-unknown'],
  ])('refuses a name that resolves to %j', async (addresses, fault) => {
    const fetchGuarded = createGuardedFetch({ resolve: async () => addresses })

    await expect(fetchGuarded('https://example.org/')).rejects.toMatchObject({ fault })
  })

  it('does not wait for a resolver that never answers', async () => {
    const fetchGuarded = createGuardedFetch({
      timeoutMs: 20,
      resolve: () => new Promise(() => {}),
    })

    await expect(fetchGuarded('https://example.org/')).rejects.toMatchObject({ fault: 'timeout' })
  })
})
