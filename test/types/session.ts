/** The session's surface. */
import { type EntityState, type Session } from './orm.ts';
import { same } from './expect.ts';
import { Author, Post } from './models.ts';
import { Tag } from './models2.ts';

export async function surface(session: Session, post: Post, author: Author) {
  session.add(post);
  session.add(post, author, new Tag({ name: 'x' }));
  session.addAll([post, author]);
  session.addAll(new Set([post]));
  session.delete(post);
  same<Post>()(await session.refresh(post));
  same<EntityState>()(session.state(post));
  same<void>()(await session.flush());
  same<void>()(await session.commit());
  same<void>()(await session.rollback());
  same<Post | null>()(await session.get(Post, 'x'));
  same<Author>()(await session.getOrFail(Author, 1));
  same<Author[]>()(await session.prefetch([author]));
  same<string[]>()((await session.prefetch(new Set([author]), 'posts'))[0]!.posts.map((p) => p.title));
  same<number>()(
    await session.transaction(async (inner) => (await inner.query(Post)).length, {
      isolation: 'serializable',
      readOnly: true,
      retry: 3,
    }),
  );
  same<string>()(session.run(() => 'x'));
  same<Promise<Post[]>>()(session.run(async () => await Post.objects()));
  same<Post>()(await session.merge(post));
  same<Author>()(await session.merge(Author, { id: 1, name: 'Ann' }));
  same<void>()(session.expire(post));
  session.expire(post, 'title', 'author', 'authorId', 'tags');
  session.expire(author, 'posts');
  same<void>()(session.expireAll());
  session.detach(post);
  session.clear();
  await using scoped = session;
  await session.close();

  // @ts-expect-error not an entity
  session.add({ id: 1 });
  // @ts-expect-error not an entity
  session.add('post');
  // @ts-expect-error a class, not an entity
  session.delete(Post);
  // @ts-expect-error wrong key
  session.get(Post, 1);
  // @ts-expect-error wrong key
  session.getOrFail(Author, 'x');
  // @ts-expect-error not an entity
  session.merge({ id: 1 });
  // @ts-expect-error values without their model
  session.merge('post', { id: 1 });
  // @ts-expect-error no such field
  session.merge(Author, { id: 1, nome: 'Ann' });
  // @ts-expect-error wrong type of a value
  session.merge(Author, { id: '1' });
  // @ts-expect-error no such field or relation
  session.expire(post, 'titel');
  // @ts-expect-error not an entity
  session.expire({ id: 1 });
  // @ts-expect-error no such level
  session.transaction(async () => 1, { isolation: 'chaos' });
  // @ts-expect-error not an entity
  session.state({});
  return scoped;
}
