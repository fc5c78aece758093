import { faultsInShort } from './faults-in-short.ts';
import { faultsMarkdown } from './faults-markdown.ts';

const INTRODUCTION = `# What callers see when providers fail

Before the first token every failure is a value that chooses the next candidate: no status, header or byte has gone to the caller. After it
only more bytes or an explicit error event can follow; a truncated answer never looks finished.

A request makes \`maxAttempts\` calls at most, and one hedge beside them: a hedge takes no failover away. A slow call is not given up for
an ejected deployment: that one is asked beside it. A deployment that falls silent behind hedges is ejected once the waits for it add up
to three of its first-token limits; one that is merely slower is not. A bug in the gateway ends the call that it hits with
\`500 internal_error\`, is written to stderr, and leaves the others alone.

The tests of this folder hold it for every fault, protocol, streamed and plain, and two strategies. They assert what the caller sees and
what the providers saw. \`npm run test:soak\` makes 12,000 calls, 2,000 at a time, against providers that fail at a quarter of them, a quarter
of them hostile, and checks that every call has one record, every attempt one request, and that no socket, timer or memory is left (two
minutes).

\`npm run faults\` writes this page.
`;

/** What `faults.md` holds: the rules, a row an outcome, a row a fault. */
export function faultsPage(): string {
  return [INTRODUCTION, '## In short\n', faultsInShort(), '## Fault by fault\n', faultsMarkdown()].join('\n');
}
