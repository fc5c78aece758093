/** An application of Microsoft Entra ID. */
export interface EntraSettings {
  readonly tenantId: string;
  readonly clientId: string;
  /** Where tokens are given, without a trailing slash. @default https://login.microsoftonline.com */
  readonly authority?: string;
  /** What the token is for. @default `https://cognitiveservices.azure.com/.default`, for Foundry `https://ai.azure.com/.default` */
  readonly scope?: string;
}

/** A provider of a workload identity pool of Google Cloud, which trusts the AWS role. */
export interface WorkloadIdentitySettings {
  /** As `//iam.googleapis.com/projects/123/locations/global/workloadIdentityPools/aws/providers/nemo`. */
  readonly audience: string;
  /** The e-mail address of the service account to act as. @default none: the role itself has the rights */
  readonly serviceAccount?: string;
}
