/**
 * Why a signed payload is not to be believed, in a sentence that quotes nothing of it. Whoever asked for the verification
 * decides what it means: 422 for a caller's payload, 502 for a service's answer, 401 for an event.
 */
export class SignatureFault extends Error {
  override readonly name = "SignatureFault";
}
