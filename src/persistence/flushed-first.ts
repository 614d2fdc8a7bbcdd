import type { QueryRunner } from '../query/runner.ts';

/** Who answers queries once something else is done: what they ask for is not known before. */
export function flushedFirst(runner: QueryRunner, flush: () => Promise<void>): QueryRunner {
  const first = async <T>(run: () => Promise<T>): Promise<T> => {
    await flush();
    return run();
  };
  return {
    entities: (state) => first(() => runner.entities(state)),
    page: (state, size, backward) => first(() => runner.page(state, size, backward)),
    rows: (request) => first(() => runner.rows(request)),
    prepared: (request, given) => first(() => runner.prepared(request, given)),
    write: (request) => first(() => runner.write(request)),
    create: (creation, bounds) => first(() => runner.create(creation, bounds)),
    ensure: (wanted, update, bounds) => first(() => runner.ensure(wanted, update, bounds)),
    save: (saving, bounds) => first(() => runner.save(saving, bounds)),
    explain: (request, options) => first(() => runner.explain(request, options)),
    compile: (request) => runner.compile(request),
    async *batches(request, batchSize) {
      await flush();
      yield* runner.batches(request, batchSize);
    },
    async *iterate(state, batchSize) {
      await flush();
      yield* runner.iterate(state, batchSize);
    },
  };
}
