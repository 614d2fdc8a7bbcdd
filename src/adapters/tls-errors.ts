/** What is wrong, and what to do about it. */
export type Problem = readonly [what: string, remedy: string];

const PROBLEMS: readonly (readonly [RegExp, Problem])[] = [
  [
    /does not support (?:SSL connections|secure connection)/,
    ['The server has no TLS.', 'Turn it on there, or say tls=disable.'],
  ],
  [
    /does not match certificate's altnames/,
    [
      "The server's certificate is for another host.",
      "Check the host in the DSN, or name the one that it is for as 'tlsServerName'.",
    ],
  ],
  [
    /certificate (?:has expired|is not yet valid)/,
    ["The server's certificate has expired, or is not valid yet.", 'Renew it, and check the clock here.'],
  ],
  [
    /self[- ]signed certificate|unable to (?:verify|get)\b.* certificate/,
    ["Nobody who is trusted has signed the server's certificate.", "Give the certificate of who signed it as 'tlsCa'."],
  ],
];

/**
 * Why TLS did not come about; undefined for an error of another kind. By the words of Node and OpenSSL, which both drivers
 * hand on: `mysql2` replaces the codes by one of its own.
 */
export function tlsProblem(error: unknown): Problem | undefined {
  const message = error instanceof Error ? error.message : '';
  return PROBLEMS.find(([words]) => words.test(message))?.[1];
}
