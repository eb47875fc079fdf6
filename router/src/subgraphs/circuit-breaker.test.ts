import { describe, expect, it } from '@jest/globals'
import { type CallOutcome, CircuitBreaker, type CircuitState } from './circuit-breaker.ts'
import { defaultCircuit } from './traffic-settings.ts'

function aCircuit(settings = {}) {
  const clock = { ms: 0 }
  const states: CircuitState[] = []
  const circuit = new CircuitBreaker(
    { ...defaultCircuit, minimumCalls: 4, ...settings },
    { now: () => clock.ms, onChange: (state) => states.push(state) },
  )
  const calls = (...outcomes: CallOutcome[]): void => {
    const tickets = outcomes.map(() => circuit.admit())
    for (const [index, ticket] of tickets.entries()) {
      circuit.settle(ticket ?? -1, outcomes[index] ?? 'abandoned')
    }
  }
  return { circuit, clock, states, calls }
}

describe('the circuit', () => {
  it('opens when enough calls have ended and too many of them failed', () => {
    const { circuit, calls } = aCircuit()

    calls('failed', 'failed', 'failed')
    expect(circuit.state).toBe('closed')

    calls('failed')
    expect(circuit.state).toBe('open')
    expect(circuit.admit()).toBeUndefined()
  })

  it('stays closed below the failure rate, and forgets what is past its window', () => {
    const { circuit, clock, calls } = aCircuit()

    calls('answered', 'answered', 'answered', 'failed', 'failed')
    clock.ms += 11_000
    calls('failed', 'failed', 'failed')

    expect(circuit.state).toBe('closed')
  })

  it('does not count callers that left', () => {
    const { circuit, calls } = aCircuit()

    calls('abandoned', 'abandoned', 'abandoned', 'abandoned', 'failed', 'failed', 'failed')

    expect(circuit.state).toBe('closed')
  })

  it('lets one probe through after its time and closes when that is answered', () => {
    const { circuit, clock, states, calls } = aCircuit()
    calls('failed', 'failed', 'failed', 'failed')

    clock.ms += 4_999
    expect(circuit.admit()).toBeUndefined()
    clock.ms += 1
    const probe = circuit.admit()
    expect(circuit.admit()).toBeUndefined()
    circuit.settle(probe ?? -1, 'answered')

    expect(states).toEqual(['open', 'half-open', 'closed'])
    calls('failed', 'failed', 'failed')
    expect(circuit.state).toBe('closed')
  })

  it('stays open twice as long after each probe that fails, up to its limit', () => {
    const { circuit, clock, calls } = aCircuit()
    calls('failed', 'failed', 'failed', 'failed')

    for (const openMs of [5_000, 10_000, 20_000, 30_000, 30_000]) {
      clock.ms += openMs - 1
      expect(circuit.refuses).toBe(true)
      clock.ms += 1
      circuit.settle(circuit.admit() ?? -1, 'failed')
    }

    clock.ms += 30_000
    circuit.settle(circuit.admit() ?? -1, 'answered')
    expect(circuit.state).toBe('closed')
  })

  it('lets the next call be the probe when the caller of one has left', () => {
    const { circuit, clock, calls } = aCircuit()
    calls('failed', 'failed', 'failed', 'failed')
    clock.ms += 5_000

    circuit.settle(circuit.admit() ?? -1, 'abandoned')

    circuit.settle(circuit.admit() ?? -1, 'answered')
    expect(circuit.state).toBe('closed')
  })

  it('learns nothing from calls that began before its state changed', () => {
    const { circuit, clock, calls } = aCircuit()
    const early = circuit.admit() ?? -1
    calls('failed', 'failed', 'failed', 'failed')
    circuit.settle(early, 'answered')
    expect(circuit.state).toBe('open')

    clock.ms += 5_000
    const probe = circuit.admit() ?? -1
    circuit.settle(early, 'failed')
    expect(circuit.state).toBe('half-open')
    circuit.settle(probe, 'answered')
    expect(circuit.state).toBe('closed')
  })
})
