/** `npm run blog`: a blog's pages as text. See README.md. */
import { Command } from 'commander';
import pc from 'picocolors';

import { type BlogPages, runBlog } from './run.ts';

const { database, json } = new Command('blog')
  .description('A blog through BlazeORM: its feed, its authors, a post, a search, the archive.')
  .option('--database <dsn>', 'an empty database', 'sqlite::memory:')
  .option('--json', 'print one JSON object in place of text')
  .parse()
  .opts<{ database: string; json?: true }>();

try {
  const pages = await runBlog(database);
  process.stdout.write(json ? `${JSON.stringify(pages, null, 2)}\n` : formatPages(pages));
} catch (error) {
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  process.stderr.write(`${pc.red('error:')} ${process.env['DEBUG'] ? stack : message.replaceAll(/\s*\n\s*/g, ' ')}\n`);
  process.exitCode = 1;
}

function formatPages({ feed, authors, post, search, archive, tags }: BlogPages): string {
  const sections: [title: string, lines: string[]][] = [
    ...feed.map(({ posts }, i): [string, string[]] => [
      `Feed, page ${i + 1}`,
      posts.map(({ title, author, comments }) => `${title} ${pc.dim(`by ${author}, comments: ${comments}`)}`),
    ]),
    [
      'Authors',
      authors.map(
        ({ name, posts, favourites }) => `${name}, ${posts} posts: ${favourites.map(({ title }) => title).join(', ')}`,
      ),
    ],
    [`${post.title} ${pc.dim(`by ${post.author}, on ${post.tags.join(', ')}`)}`, post.comments],
    ['Search: types sql', search],
    ['Archive', archive.map(({ year, month, posts }) => `${year}-${String(month).padStart(2, '0')}: ${posts}`)],
    ['Tags', tags.map(({ name, uses }) => `${name} (${uses})`)],
  ];
  return sections
    .map(([title, lines]) => `${pc.bold(title)}\n${lines.map((line) => `  ${line}\n`).join('')}`)
    .join('\n');
}
