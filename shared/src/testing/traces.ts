import type { TestSubgraph } from './open-test-subgraph.ts'

/** The columns of a subgraph's own tables, as `table.column`, that still hold a person's id. */
export async function tracesOf({ sql }: TestSubgraph, userId: string): Promise<string[]> {
  const columns = await sql<{ table: string; column: string; isArray: boolean }>(
    `select c.table_name as table, c.column_name as column, c.data_type = 'ARRAY' as "isArray"
     from information_schema.columns c join information_schema.tables t using (table_schema, table_name)
     where c.table_schema = 'public' and t.table_type = 'BASE TABLE' and c.udt_name in ('uuid', '_uuid')
       and c.table_name not in ('outbox', 'inbox', 'dead_letters')
     order by 1, 2`,
  )
  const traces: string[] = []
  for (const { column, isArray, table } of columns) {
    const condition = isArray ? `$1 = any(${column})` : `${column} = $1`
    const rows = await sql(`select from ${table} where ${condition} limit 1`, [userId])
    if (rows.length > 0) traces.push(`${table}.${column}`)
  }
  return traces
}
