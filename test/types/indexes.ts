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

export class Wrong extends model(
  'wrong',
  { id: f.auto(), title: f.string() },
  {
    indexes: [
      // @ts-expect-error -- no such column in a callback
      index((p) => p.titel.lower(), { name: 'x' }),
      // @ts-expect-error -- no such field before a condition
      index('titel', { where: (p) => p.title.eq('') }),
      // @ts-expect-error -- no such field beside a callback
      index((p) => p.title.lower(), 'titel', { name: 'x' }),
      // @ts-expect-error -- no such field in a condition
      index((p) => p.title.lower(), { name: 'x', where: { titel: 3 } }),
      // @ts-expect-error -- a text is no condition
      index((p) => p.title.lower(), { name: 'x', where: (p) => p.title }),
      // @ts-expect-error -- a text is nothing that an index is sorted by
      index(() => 'title', { name: 'x' }),
    ],
  },
) {}
