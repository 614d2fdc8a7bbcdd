/** What `index` takes: fields, callbacks and conditions, checked against the model that it stands in. */
import { f, index, model } from './orm.ts';

class Author extends model('author', { id: f.auto(), name: f.string() }) {}

export class Post extends model(
  'post',
  {
    id: f.auto(),
    title: f.string(),
    views: f.int(),
    published: f.bool(),
    author: f.foreignKey(() => Author),
    createdAt: f.datetime(),
  },
  {
    indexes: [
      index('title', '-views'),
      index('title', { where: { published: true } }),
      index('title', { fullText: true }),
      index('author', { where: (p) => p.views.gt(3).and(p.title.ne('')) }),
      index((p) => p.title.lower(), 'author', '-createdAt', { name: 'by_title', unique: true }),
      index((p) => p.views.plus(1).desc(), { name: 'by_views', where: { published: true } }),
      index(
        (p) => p.views.plus(1),
        (p) => p.title.length().asc(),
        { name: 'by_both', where: (p) => p.published.not() },
      ),
    ],
  },
) {}

const fields = { id: f.auto(), title: f.string() };
// @ts-expect-error -- no such column in a callback
export class W0 extends model('x', fields, { indexes: [index((p) => p.titel.lower(), { name: 'x' })] }) {}
// @ts-expect-error -- no such field before a condition
export class W1 extends model('x', fields, { indexes: [index('titel', { where: (p) => p.title.eq('') })] }) {}
// @ts-expect-error -- no such field beside a callback
export class W2 extends model('x', fields, { indexes: [index((p) => p.title.lower(), 'titel', { name: 'x' })] }) {}
const own = { id: f.auto(), n: f.string() };
// @ts-expect-error -- no such field in a condition
export class W3 extends model('x', own, { indexes: [index((p) => p.n.lower(), { name: 'x', where: { b: 3 } })] }) {}
// @ts-expect-error -- a text is no condition
export class W4 extends model('x', own, { indexes: [index((p) => p.n, { name: 'x', where: (p) => p.n })] }) {}
// @ts-expect-error -- a text is nothing that an index is sorted by
export class W5 extends model('x', fields, { indexes: [index(() => 'title', { name: 'x' })] }) {}
