import { invariant } from '@gravity/shared/errors/invariant'
import { Kind, parse, type SelectionSetNode } from 'graphql'

/** Reads a selection as the join directives write it, with braces around it or without. Throws when it is none. */
export function parseFieldset(text: string): SelectionSetNode {
  const written = text.trim()
  const document = parse(written.startsWith('{') ? written : `{${written}}`, { noLocation: true })
  const [definition] = document.definitions
  invariant(definition?.kind === Kind.OPERATION_DEFINITION, 'A fieldset is a selection')
  return definition.selectionSet
}
