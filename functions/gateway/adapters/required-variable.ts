/** An environment variable that the stack sets. Throws where it is missing, naming it. */
export function requiredVariable(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === '') {
    throw new Error(`The environment variable ${name} is missing; the stack sets it.`);
  }
  return value;
}
