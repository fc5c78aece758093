/** Headers of a message as Node or undici gives them, names in lower case: what came several times is joined. Source: RFC 9110, section 5.3. */
export function singleValued(
  headers: Readonly<Record<string, string | string[] | undefined>>,
): Readonly<Record<string, string>> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    single[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  }
  return single;
}
