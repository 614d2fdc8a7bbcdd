/** A table of SQLite with rows, an index, a trigger and another table that refers to it; and a change for which it is made anew. */
export const PARTS = `
import { f, index } from '#SOURCE/index.js';
import * as m from '#SOURCE/schema.js';
export default m.migration({
  operations: [
    m.createTable('part', { id: f.auto(), name: f.string({ maxLength: 40 }), size: f.int() }, { indexes: [index('name')] }),
    m.createTable('usage', { id: f.auto(), part_id: f.int() },
      { constraints: [m.foreignKey('part_id', 'part', 'id', { onDelete: 'cascade' })] }),
    m.runSql({
      up: [
        "INSERT INTO part (id, name, size) VALUES (1, 'nut', 10), (2, 'bolt', 20), (7, 'cog', 30)",
        'INSERT INTO usage (part_id) VALUES (1), (7), (7)',
        'CREATE TRIGGER part_named AFTER UPDATE OF name ON part BEGIN DELETE FROM usage WHERE part_id = OLD.id; END',
      ],
      down: 'DROP TRIGGER part_named',
    }),
  ],
});
`;

export const REBUILDING = `
import { check, f } from '#SOURCE/index.js';
import * as m from '#SOURCE/schema.js';
export default m.migration({
  after: ['0003_parts'],
  operations: [
    m.alterColumn('part', 'size', f.string({ maxLength: 10 })),
    m.addConstraint('part', check('named', (p) => p.name.ne(''))),
    m.addColumn('part', 'note', f.text({ nullable: true })),
  ],
});
`;
