/**
 * The path of a method of a model, percent-encoded segment by segment. An id with a slash (`tunedModels/x`, Vertex's
 * `publishers/google/models/x`) is a resource name already.
 */
export function modelPath(model: string, method: string): string {
  const segments = modelResource(model).split('/').map(encodeURIComponent);
  return `/${segments.join('/')}:${method}`;
}

/** The model's resource name, as `models/gemini-2.5-flash`. */
export function modelResource(model: string): string {
  return model.includes('/') ? model.replace(/^\/+/, '') : `models/${model}`;
}
