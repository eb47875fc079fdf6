import { GravityError } from '@gravity/shared/errors/gravity-error'
import type { Logger } from '@gravity/shared/log/logger'
import type { Begun, End, RouterPlugin } from './plugin.ts'

/** The ends of hooks that have begun; each is called once, the last first. */
export class Endings<Outcome> {
  readonly #log: Logger
  #ends: { readonly plugin: string; readonly end: End<Outcome> }[] = []

  constructor(log: Logger) {
    this.#log = log
  }

  add(plugin: string, end: End<Outcome> | undefined): void {
    if (end) this.#ends.push({ plugin, end })
  }

  run(outcome: Outcome): void {
    const ends = this.#ends.reverse()
    this.#ends = []
    for (const { plugin, end } of ends) {
      try {
        end(outcome)
      } catch (err) {
        this.#log.error({ err, plugin }, 'A plugin failed.')
      }
    }
  }
}

/** Calls one hook of every plugin that has it. Throws or rejects with the first refusal; those after it are not called. */
export type BeginHook<Subject, Outcome> = (
  subject: Subject,
  endings: Endings<Outcome>,
) => Promise<void> | undefined

interface NamedHook<Subject, Outcome> {
  readonly plugin: string
  readonly begin: (subject: Subject) => Begun<Outcome>
}

/** Puts the hooks of several plugins together; undefined when none has one, so that nothing is called then. */
export function composeHook<Subject, Outcome>(
  plugins: readonly RouterPlugin[],
  choose: (plugin: RouterPlugin) => ((subject: Subject) => Begun<Outcome>) | undefined,
): BeginHook<Subject, Outcome> | undefined {
  const hooks = plugins.flatMap((plugin) => {
    const begin = choose(plugin)
    return begin ? [{ plugin: plugin.name, begin: begin.bind(plugin) }] : []
  })
  if (hooks.length === 0) return undefined
  return (subject, endings) => beginAll(hooks, subject, endings)
}

function beginAll<Subject, Outcome>(
  hooks: readonly NamedHook<Subject, Outcome>[],
  subject: Subject,
  endings: Endings<Outcome>,
): Promise<void> | undefined {
  for (const [index, hook] of hooks.entries()) {
    const begun = begin(hook, subject)
    if (begun instanceof Promise) {
      return begun.then(
        (end) => {
          endings.add(hook.plugin, end)
          return beginAll(hooks.slice(index + 1), subject, endings)
        },
        (cause: unknown) => {
          throw refusalOf(hook.plugin, cause)
        },
      )
    }
    endings.add(hook.plugin, begun)
  }
  return undefined
}

function begin<Subject, Outcome>(
  hook: NamedHook<Subject, Outcome>,
  subject: Subject,
): Begun<Outcome> {
  try {
    return hook.begin(subject)
  } catch (cause) {
    throw refusalOf(hook.plugin, cause)
  }
}

function refusalOf(plugin: string, cause: unknown): unknown {
  if (cause instanceof GravityError) return cause
  return new Error(`The plugin ${plugin} failed`, { cause })
}
