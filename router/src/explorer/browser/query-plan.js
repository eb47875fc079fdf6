// Runs in the browser, after React: a panel of GraphiQL that shows how the router would execute the operation, or did.
const { React } = globalThis
const element = React.createElement

/** The text of an editor; GraphiQL gives its panels no other way to it that lasts. */
function editorText(selector) {
  return globalThis.document.querySelector(`${selector} .CodeMirror`)?.CodeMirror.getValue() ?? ''
}

/** The name of the operation that the cursor is in, when the document has several. */
function operationAtCursor(query) {
  const editor = globalThis.document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror
  const cursor = editor ? editor.indexFromPos(editor.getCursor()) : 0
  const operations = [...query.matchAll(/^[ \t]*(?:query|mutation|subscription)\s+(\w+)/gm)]
  if (operations.length < 2) return operations[0]?.[1]
  return (operations.findLast(({ index }) => index <= cursor) ?? operations[0])[1]
}

function parseEditor(selector) {
  const text = editorText(selector).trim()
  return text === '' ? {} : JSON.parse(text)
}

/** Asks the endpoint; `words` say what is to be explained. */
async function ask(words) {
  const query = editorText('.graphiql-query-editor')
  const response = await globalThis.fetch('/graphql', {
    method: 'POST',
    headers: {
      ...parseEditor('[aria-label="Headers"]'),
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'gravity-explain': words,
    },
    body: JSON.stringify({
      query,
      operationName: operationAtCursor(query),
      variables: parseEditor('[aria-label="Variables"]'),
    }),
  })
  const text = await response.text()
  const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
  return JSON.parse(isStream ? (/^data: ?(\{.*)$/m.exec(text)?.[1] ?? '{}') : text)
}

/** How many fetches lie one after another before each one. */
function levelsOf(fetches) {
  const levels = new Map()
  for (const { id, after } of fetches) {
    levels.set(
      id,
      after.length === 0 ? 0 : 1 + Math.max(...after.map((one) => levels.get(one) ?? 0)),
    )
  }
  return levels
}

/** Where the bar of each fetch begins and ends: in milliseconds when it was executed, in steps otherwise. */
function spansOf(fetches) {
  const levels = levelsOf(fetches)
  const isMeasured = fetches.some(({ times }) => times.length > 0)
  const spans = fetches.map(({ id, times }) => {
    if (!isMeasured) return { from: levels.get(id), to: levels.get(id) + 1 }
    if (times.length === 0) return undefined
    return {
      from: Math.min(...times.map(({ startedAt }) => startedAt)),
      to: Math.max(...times.map(({ endedAt }) => endedAt)),
    }
  })
  return { spans, isMeasured, end: Math.max(...spans.map((span) => span?.to ?? 0), 0.01) }
}

/** A colour for each subgraph, far from those before it on the wheel. */
function huesOf(fetches) {
  const subgraphs = [...new Set(fetches.map(({ subgraph }) => subgraph))]
  return new Map(subgraphs.map((subgraph, index) => [subgraph, (20 + index * 137.5) % 360]))
}

const kinds = { root: 'fields', entities: 'entities', subscription: 'events' }

function FetchRow({ fetch, span, end, isMeasured, hue }) {
  const { id, subgraph, kind, after, paths, requires, operation, times } = fetch
  const entities = times.reduce((sum, time) => sum + time.entities, 0)
  const facts = [
    kind === 'entities' && entities > 0
      ? `${entities} ${entities === 1 ? 'entity' : 'entities'}`
      : kinds[kind],
    after.length > 0 && `after ${after.join(', ')}`,
    isMeasured && (span ? `${(span.to - span.from).toFixed(1)} ms` : 'not needed'),
  ]
  const bar = span && {
    left: `${(span.from / end) * 100}%`,
    width: `${Math.max(1, ((span.to - span.from) / end) * 100)}%`,
    background: `hsl(${hue} 60% 50%)`,
  }
  const summary = element(
    'summary',
    null,
    element('span', { className: 'plan-name' }, `${id}. ${subgraph}`),
    element('span', { className: 'plan-facts' }, facts.filter(Boolean).join(' · ')),
    element('span', { className: 'plan-track' }, bar && element('span', { style: bar })),
  )
  const notes = [
    paths.length > 0 && `for ${paths.join(', ')}`,
    requires.length > 0 && `with ${requires.join(' | ')}`,
  ]
  return element(
    'details',
    { className: 'plan-fetch' },
    summary,
    ...notes.filter(Boolean).map((note) => element('p', { key: note }, note)),
    element('pre', null, operation),
  )
}

function Plan({ queryPlan }) {
  const { fetches } = queryPlan
  if (fetches.length === 0) {
    return element('p', null, 'Nothing is fetched: the router answers this by itself.')
  }
  const { spans, end, isMeasured } = spansOf(fetches)
  const hues = huesOf(fetches)
  const rows = fetches.map((fetch, index) =>
    element(FetchRow, {
      key: fetch.id,
      fetch,
      span: spans[index],
      end,
      isMeasured,
      hue: hues.get(fetch.subgraph),
    }),
  )
  return element('div', { className: 'plan-rows' }, ...rows)
}

function Cost({ cost }) {
  const { estimated, actual, maximum } = cost
  const parts = [
    `Cost: estimated ${estimated}`,
    actual !== undefined && `measured ${actual}`,
    maximum !== undefined && `limit ${maximum}`,
  ]
  return element('p', { className: 'plan-cost' }, parts.filter(Boolean).join(', '))
}

function Answer({ answer }) {
  if (!answer) {
    return element(
      'p',
      null,
      'How the router fetches the operation in the editor, and what it waits for.',
    )
  }
  const { errors = [], extensions = {} } = answer
  const { queryPlan, cost } = extensions
  return element(
    React.Fragment,
    null,
    ...errors.map(({ message }) =>
      element('p', { key: message, className: 'plan-error' }, message),
    ),
    cost && element(Cost, { cost }),
    queryPlan && element(Plan, { queryPlan }),
    !queryPlan &&
      errors.length === 0 &&
      element('p', null, 'This router does not explain its plans.'),
  )
}

function Panel() {
  const [answer, setAnswer] = React.useState(undefined)
  const show = async (words) => {
    try {
      setAnswer(await ask(words))
    } catch (error) {
      setAnswer({ errors: [{ message: String(error) }] })
    }
  }
  const button = (label, words) =>
    element(
      'button',
      { type: 'button', className: 'graphiql-button', onClick: () => show(words) },
      label,
    )
  return element(
    'section',
    { className: 'plan', 'aria-label': 'Query plan' },
    element('div', { className: 'graphiql-doc-explorer-title' }, 'Query plan'),
    element(
      'div',
      { className: 'plan-buttons' },
      button('Plan', 'plan, cost, dry-run'),
      button('Run and measure', 'plan, cost'),
    ),
    element(Answer, { answer }),
  )
}

function Icon() {
  return element(
    'svg',
    { viewBox: '0 0 24 24', fill: 'none', stroke: 'currentColor', strokeWidth: 2 },
    element('path', { d: 'M3 6h8M7 12h9M13 18h8' }),
  )
}

globalThis.queryPlanPlugin = { title: 'Query plan', icon: Icon, content: Panel }
