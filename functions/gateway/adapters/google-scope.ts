/** What tokens are asked for. Source: Google, "OAuth 2.0 Scopes for Google APIs". */
export const GOOGLE_SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
