/** The prototype's tour: what must compile, and what must not. */
import { type Loaded, none, not, gt, icontains, oneOf, or, Q, type Session } from './orm.ts';
import { Author, Post } from './models.ts';
import { Comment } from './models2.ts';

declare const s: Session;

export async function main() {
  const a = new Author({ name: 'x', email: 'y' });
  const p = new Post({ title: 't', body: 'b', author: a });
  new Post({ title: 't', body: 'b', author: 3 });
  // @ts-expect-error author required
  new Post({ title: 't', body: 'b' });
  // @ts-expect-error wrong enum
  new Author({ name: 'x', email: 'y', role: 'nope' });
  const id: string = p.id;
  const aid: number = p.authorId;
  const rid: number | null = p.reviewerId;
  const pk: string = p.pk;

  const posts = await s
    .query(Post)
    .filter({ published: true, title: icontains('orm'), author: { name: 'A', email: icontains('@') } })
    .orderBy('-createdAt', 'title', (m) => m.author.name.desc());
  // @ts-expect-error not loaded
  posts[0]!.author.name;
  const au = await posts[0]!.author.load();
  au.greet();

  const x = (await s.query(Post).selectRelated('author.profile').prefetchRelated('comments.author', 'tags'))[0]!;
  x.author.greet();
  x.slug;
  x.author.profile?.url;
  x.comments.map((c) => c.author.name);
  x.tags.map((t) => t.name);
  // @ts-expect-error not loaded
  x.comments.at(0)!.post.title;
  // @ts-expect-error to-many in selectRelated
  s.query(Post).selectRelated('comments');
  // @ts-expect-error wrong path
  s.query(Post).prefetchRelated('author.nope');
  // @ts-expect-error wrong field
  s.query(Post).filter({ nope: 1 });
  // @ts-expect-error wrong type
  s.query(Post).filter({ title: 1 });
  // @ts-expect-error object is not an operator
  s.query(Post).filter({ title: { not: '' } });

  s.query(Post).filter(or({ title: 'x' }, { views: gt(3) }, not({ published: true })));
  // @ts-expect-error wrong field
  s.query(Post).filter(or({ titl: 'x' }));
  s.query(Post).filter(
    Q.of(Post, { title: 'x' })
      .or({ views: gt(3) })
      .not(),
  );
  s.query(Post).filter({ author: a });
  s.query(Post).filter({ author: 1, reviewer: null, id: oneOf(['a']) });
  s.query(Post).filter({ tags: { name: 'x' }, comments: none({ body: icontains('spam') }) });
  s.query(Post).filter((m) => m.views.gt(m.author.id).and(m.comments.some((c) => c.author.name.icontains('x'))));

  const ann = await s
    .query(Author)
    .annotate((m) => ({
      n: m.posts.count(),
      last: m.posts.max((post) => post.createdAt),
      total: m.posts.sum((post) => post.views),
    }))
    .orderBy('-n')
    .prefetchRelated('posts');
  const n: number = ann[0]!.n;
  const last: Date | null = ann[0]!.last;
  ann[0]!.greet();
  ann[0]!.posts.map((post) => post.title);

  const vs = await s.query(Post).values('id', 'title', 'createdAt');
  vs[0]!.createdAt.getTime();
  const vs2 = await s.query(Post).values((m) => ({ t: m.title.lower(), an: m.author.name, c: m.comments.count() }));
  vs2[0]!.c.toFixed();
  vs2[0]!.an.length;
  await s
    .query(Post)
    .filter({ published: true })
    .update({ views: (m) => m.views.plus(1), title: 'x' });
  const adm = await Author.admins().prefetchRelated('posts');
  adm[0]!.greet();
  adm[0]!.posts.map((post) => post.slug);
  const g = await s.get(Author, 1);
  g?.greet();
  // @ts-expect-error wrong pk type
  await s.get(Author, 'x');
  const pf = await s.prefetch([p], 'author.posts');
  pf[0]!.author.posts.map((post) => post.title);

  function needs(post: Loaded<Post, 'author'>) {
    return post.author.name;
  }
  needs(x);
  // @ts-expect-error not loaded
  needs(posts[0]!);
  function any(post: Post) {
    return post.title;
  }
  any(x);
  for await (const c of s.query(Comment).selectRelated('post.author')) c.post.author.name;
  a.settings?.theme;
  a.role === 'admin';
  p.tags.add();
  return { id, aid, rid, pk, n, last };
}
