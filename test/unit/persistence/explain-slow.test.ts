import { describe, expect, it } from 'vitest';

import { planWithoutValues } from '../../../src/persistence/explain-slow.ts';

describe('a plan for a log', () => {
  it.each([
    [
      'PostgreSQL',
      "Index Scan using author_email_key on author t0  (cost=0.14..8.16 rows=1 width=362)\n  Index Cond: (email = 'it''s'::text)\n  Filter: ((age = 30) AND (score > 1.5e3) AND (id = ANY ('{1,2}'::integer[])))",
      'Index Scan using author_email_key on author t0  (cost=0.14..8.16 rows=1 width=362)\n  Index Cond: (email = ?::text)\n  Filter: ((age = ?) AND (score > ?) AND (id = ANY (?::integer[])))',
    ],
    [
      'MySQL',
      "-> Filter: (t0.age = 30)  (cost=0.35 rows=1)\n    -> Single-row index lookup on t0 using PRIMARY (id=5)  (cost=0.35 rows=1e+3)\n    -> Index lookup (email='s\\'x')",
      '-> Filter: (t0.age = ?)  (cost=0.35 rows=1)\n    -> Single-row index lookup on t0 using PRIMARY (id=?)  (cost=0.35 rows=1e+3)\n    -> Index lookup (email=?)',
    ],
    [
      'MariaDB',
      'id | select_type | table | key_len | rows | Extra\n1  | SIMPLE      | t0    | 482     | 1    | Using where',
      'id | select_type | table | key_len | rows | Extra\n1  | SIMPLE      | t0    | 482     | 1    | Using where',
    ],
    ['SQLite', 'SEARCH t0 USING INDEX a (email=?)', 'SEARCH t0 USING INDEX a (email=?)'],
  ])('X4: O1: of %s has its estimates and no values', (_name, plan, shown) => {
    expect(planWithoutValues(plan)).toBe(shown);
  });
});
