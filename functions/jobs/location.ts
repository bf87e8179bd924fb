/** Address of a job's result. It works without a function key, for whoever has the token. */
export function resultLocation(origin: string, jobId: string, token: string): string {
  return `${origin}/api/jobs/${jobId}/result?token=${token}`;
}
