/** A kept answer, or what it was given. Another answer's id is no path of the gateway's. */
export const KEPT_ANSWER_PATH = /^\/v1\/responses\/(resp_[\w-]{1,100})(\/input_items)?$/;

/** Which methods a path of kept answers has; `undefined` for any other path. */
export function keptAnswerMethods(path: string): readonly string[] | undefined {
  const [, id, list] = KEPT_ANSWER_PATH.exec(path) ?? [];
  if (id === undefined) {
    return undefined;
  }
  return list === undefined ? ['GET', 'DELETE'] : ['GET'];
}
