/** A migration of twelve operations, of every kind that leaves something behind when it is interrupted. */
const HEAD = `
import { check, f, index } from '#SOURCE/index.js';
import * as m from '#SOURCE/schema.js';
`;

export const TWELVE = `${HEAD}
export default m.migration({
  operations: [
    m.createTable('author', { id: f.auto(), name: f.string({ maxLength: 40 }), visits: f.int({ dbDefault: 0 }) }),
    m.createTable('post', { id: f.auto(), title: f.string({ maxLength: 40 }), body: f.text({ nullable: true }), junk: f.int({ nullable: true }), author_id: f.int({ nullable: true }) },
      { indexes: [index('title')] }),
    m.runSql({
      up: "INSERT INTO author (name) VALUES ('Ann'), ('Bob'), ('Cid'), ('Dan'), ('Eve')",
      down: 'DELETE FROM author',
    }),
    m.addColumn('author', 'score', f.int({ nullable: true })),
    m.run({
      up: async ({ session, model }) => {
        const Author = model('author');
        await session.query(Author).unfiltered().update({ visits: (a) => a.visits.plus(1) });
        session.add(new Author({ name: 'Zoe', visits: 100 }));
      },
      down: async ({ session, model }) => {
        await session.query(model('author')).filter({ name: 'Zoe' }).delete();
      },
    }),
    m.addIndex('author', index('name'), { concurrently: true }),
    m.alterColumn('post', 'title', f.string({ maxLength: 200 })),
    m.addConstraint('author', check('visited', (a) => a.visits.gte(0))),
    m.renameColumn('post', 'body', 'words'),
    m.run({
      up: async ({ session, model, inBatches }) => {
        await inBatches(session.query(model('author')), (batch) => {
          for (const author of batch) author.visits += 10;
        }, { size: 2 });
      },
      down: async ({ session, model, backfill }) => {
        await backfill(session.query(model('author')), { visits: (a) => a.visits.minus(10) }, { size: 2 });
      },
    }, { outside: true }),
    m.dropColumn('post', 'junk'),
    m.addConstraint('post', m.foreignKey('author_id', 'author', 'id', { onDelete: 'cascade' })),
  ],
});
`;

/** Code that stays where it is for ever, so that its process can be killed there. */
export const HOLDING = `${HEAD}
export default m.migration({
  operations: [
    m.createTable('held', { id: f.auto() }),
    m.run({
      up: async () => {
        if (process.env.BLAZE_HOLD !== '1') return;
        globalThis.holding();
        await new Promise((resolve) => setTimeout(resolve, 600_000));
      },
      down: () => undefined,
    }, { outside: true }),
  ],
});
`;
