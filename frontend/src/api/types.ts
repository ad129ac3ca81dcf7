/** Short names for the shapes that `schema.ts` is generated with from the server's description. */

import type { components } from "./schema";

type Schemas = components["schemas"];

export type Alert = Schemas["AlertView"];
export type AlertChange = Schemas["AlertChange"];
export type AlertEvent = Schemas["AlertEvent"];
export type AlertPage = Schemas["AlertPage"];
export type Bilingual = Schemas["Bilingual"];
export type Camera = Schemas["CameraView"];
export type CameraHealth = Schemas["CameraHealthView"];
export type CameraState = Schemas["CameraState"];
export type Evidence = Schemas["EvidenceView"];
export type EvidenceKind = Schemas["EvidenceKind"];
export type Action = Schemas["Action"];
export type Export = Schemas["ExportView"];
export type ExportRequest = Schemas["ExportRequest"];
export type Finding = Schemas["FindingView"];
export type FindingAnswer = Schemas["FindingAnswer"];
export type FollowUp = Schemas["FollowUp"];
export type LabelRequest = Schemas["LabelBody"];
export type Trust = Schemas["TrustView"];
export type LiveRequest = Schemas["LiveRequest"];
export type LiveTicket = Schemas["LiveTicket"];
/** On whose behalf somebody stops everything; the software itself answers for its clock. */
export type Outside = Schemas["SuspensionRequest"]["origin"];
export type Person = Schemas["PersonView"];
export type Purpose = Schemas["Purpose"];
export type Session = Schemas["SessionView"];
export type ViewGranted = Schemas["ViewGranted"];
export type ViewRequest = Schemas["ViewRequest"];
export type Problem = Schemas["ProblemView"];
export type ResumptionRequest = Schemas["ResumptionRequest"];
export type ReviewRequest = Schemas["ReviewRequest"];
export type Situation = Schemas["Situation"];
export type State = Schemas["StateView"];
export type Suspension = Schemas["SuspensionView"];
export type SuspensionRequest = Schemas["SuspensionRequest"];
export type System = Schemas["SystemView"];
export type Verdict = Schemas["Verdict"];
export type Zone = Schemas["ZoneView"];
export type FieldRow = Schemas["FieldRow"];
export type FieldView = Schemas["FieldView"];
export type Account = Schemas["AccountView"];
export type Enrolment = Schemas["EnrolmentView"];
export type HabilitationRequest = Schemas["HabilitationRequest"];
export type HandedOver = Schemas["HandedOver"];
export type Role = Schemas["Role"];
export type Checkpoint = Schemas["CheckpointView"];
export type FoundEntries = Schemas["FoundView"];
export type Hold = Schemas["HoldView"];
export type Operation = Schemas["Operation"];
export type RefusalGround = Schemas["RefusalGround"];
export type RequestKind = Schemas["RequestKind"];
export type ResidentRequest = Schemas["RequestView"];
export type Timeline = Schemas["TimelineView"];
export type Verification = Schemas["VerificationView"];
