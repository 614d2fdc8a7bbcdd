import type { Rows } from '../adapters/adapter.ts';
import type { ExplainOptions } from '../query/explain.ts';
import type { QueryRequest } from '../query/state.ts';
import { InvalidQueryError, UnsupportedError } from '../utils/errors.ts';
import { planText } from './plan-text.ts';
import type { Workspace } from './workspace.ts';

/**
 * What the database would do for a request, or what it did: its plan, as a text or as what its JSON says.
 *
 * @throws UnsupportedError where the database has no such plan; InvalidQueryError where to run it would lock rows.
 */
export async function explain(workspace: Workspace, request: QueryRequest, options: ExplainOptions): Promise<unknown> {
  const { meta, lock } = request.state;
  if (options.analyze && lock !== undefined)
    throw new InvalidQueryError(`explain({ analyze: true }) of ${meta.name} would lock rows.`, {
      model: meta.name,
      remedy: 'Leave analyze out, or the lock.',
    });
  await workspace.engine.connect();
  const { dialect } = workspace.compiled;
  const words = dialect.features.explain[options.format][options.analyze ? 'analyze' : 'plan'];
  if (words === undefined) throw unsupported(dialect.name, options);
  const { compiled, sql, parameters } = workspace.compiled.query(request);
  if (options.analyze) await workspace.beforeRead(compiled.plan.reads);
  const { columns, rows } = await workspace.read(
    (connection) => workspace.executor.queryNamed(connection, `${words} ${sql}`, parameters),
    request.state.using,
  );
  return options.format === 'json' ? jsonIn(rows) : planText(columns, rows);
}

function unsupported(dialect: string, { analyze, format }: ExplainOptions): UnsupportedError {
  const what = `to explain a query ${analyze ? 'with what it took' : ''}${analyze && format === 'json' ? ' ' : ''}${format === 'json' ? 'as JSON' : ''}`;
  return new UnsupportedError(`${dialect} cannot do this: ${what}.`, { feature: what });
}

function jsonIn(rows: Rows): unknown {
  const [plan] = rows[0]!;
  return typeof plan === 'string' ? JSON.parse(plan) : plan;
}
