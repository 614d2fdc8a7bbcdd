#!/usr/bin/env node
/** The command line `blaze`. */
import { runCli } from './cli/program.ts';

process.exitCode = await runCli(process.argv.slice(2), {
  cwd: process.cwd(),
  out: process.stdout,
  err: process.stderr,
});
