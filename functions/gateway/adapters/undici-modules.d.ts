/** The one of undici's modules that the gateway needs. Its entry loads all of them: fetch, WebSocket, caches, mocks. */

declare module 'undici/lib/dispatcher/pool.js' {
  import type { Pool } from 'undici';

  const pool: typeof Pool;
  export default pool;
}
