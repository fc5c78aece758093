/** What a vendor says before its first content at the most. */
const MAX_EVENTS = 100_000;
const MAX_BYTES = 8 * 1024 * 1024;
/** The same where none of it is an event yet: a whole answer in one body may hold pictures. */
const MAX_SILENT_BYTES = 64 * 1024 * 1024;

/** Whether a beginning without content is longer than any answer's: so many events, from so many bytes of the body. */
export function isEndlessOpening(events: number, bytes: number): boolean {
  return events > MAX_EVENTS || bytes > (events > 0 ? MAX_BYTES : MAX_SILENT_BYTES);
}
