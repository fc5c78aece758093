/**
 * A model's resource name at Google, as `models/gemini-2.5-flash`. An id with a slash (`tunedModels/x`, Vertex's
 * `publishers/google/models/x`) is a resource name already.
 */
export function googleModelResource(model: string): string {
  return model.includes('/') ? model.replace(/^\/+/, '') : `models/${model}`;
}
