const adviceByCode: Readonly<Record<string, string>> = {
  SYNTAX_ERROR: 'Repair the SDL of this subgraph; everything else follows from it.',
  INVALID_GRAPHQL: 'A type is misspelt, missing or used in the wrong place in this subgraph.',
  INVALID_FIELD_SHARING:
    'Keep the field in the subgraph that owns it, or mark it @shareable wherever it is resolved to the same value.',
  FIELD_TYPE_MISMATCH: 'A shared field has one type in the whole graph: agree on one.',
  FIELD_ARGUMENT_TYPE_MISMATCH:
    'A shared field has the same arguments everywhere: agree on one type.',
  REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH:
    'Add the argument to the field in every subgraph, or make it optional.',
  TYPE_KIND_MISMATCH: 'Two subgraphs use one name for two kinds of type: rename one of them.',
  SATISFIABILITY_ERROR:
    'The router cannot reach the field: give its type a resolvable @key that the other subgraphs can provide, and a __resolveReference.',
  KEY_INVALID_FIELDS:
    'A @key names fields of its own type, written as a selection: "id" or "owner { id }".',
  PROVIDES_INVALID_FIELDS: 'A @provides names fields that are @external here.',
  REQUIRES_INVALID_FIELDS: 'A @requires names fields that are @external here.',
  EXTERNAL_UNUSED: 'Remove the @external field, or use it in a @key, @requires or @provides.',
  EXTERNAL_MISSING_ON_BASE:
    'No subgraph owns the field: define it without @external in one of them.',
  ENUM_VALUE_MISMATCH:
    'An enum that is both input and output has the same values everywhere; define it in one place, or once in shared.',
  EMPTY_MERGED_INPUT_TYPE:
    'The subgraphs share no field of the input type: rename one of the two types.',
  EMPTY_MERGED_ENUM_TYPE: 'The subgraphs share no value of the enum: rename one of the two enums.',
  NO_QUERIES: 'At least one subgraph defines a field of Query.',
}

/** What to try first for an error code of Apollo's composition. */
export function compositionAdvice(code: string): string {
  return (
    adviceByCode[code] ??
    `See ${code} in the list of composition errors of Apollo Federation's documentation.`
  )
}
