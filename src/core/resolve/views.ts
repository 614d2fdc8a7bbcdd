import type { ModelDraft, Report } from './draft.ts';

/** What a view cannot have. */
export function checkView({ meta, definition }: ModelDraft, report: Report): void {
  const { view, readOnly, indexes = [], constraints = [] } = definition.options;
  if (readOnly !== undefined && typeof readOnly !== 'boolean') report(`${meta.name}: readOnly is true or false.`);
  if (view === undefined) return;
  if (view !== true && typeof view !== 'function' && (typeof view !== 'object' || view === null))
    report(`${meta.name}: the view is a callback, as in (query) => query(Post).values(…), sql\`…\`, or true.`);
  if (readOnly === false) report(`${meta.name} is a view, which cannot be written: take readOnly: false away.`);
  if (indexes.length > 0 || constraints.length > 0)
    report(`${meta.name} is a view, which has no indexes and constraints: declare them where its tables are.`);
}
