/** For the command line: `npx blaze --config examples/chinook/blaze.config.ts makemigrations`. */
import { defineConfig } from 'blazeorm/schema';

export default defineConfig({ url: 'sqlite:chinook.db', models: './models.ts' });
