/** The part of the npm package bns 0.16 that is used here; it brings no types of its own. */
declare module "bns/lib/wire.js" {
  export class RecordData {
    readonly type: number;
  }
  export class UNKNOWNRecord extends RecordData {
    data: Buffer;
  }
  export class ARecord extends RecordData {
    address: string;
  }
  export class CNAMERecord extends RecordData {
    target: string;
  }
  export class Question {
    constructor(name: string, type: number);
    name: string;
    type: number;
    class: number;
  }
  export class Record {
    name: string;
    type: number;
    class: number;
    ttl: number;
    data: RecordData;
  }
  export class Message {
    static decode(data: Buffer): Message;
    id: number;
    opcode: number;
    code: number;
    question: Question[];
    answer: Record[];
    authority: Record[];
    additional: Record[];
    malformed: boolean;
    qr: boolean;
    aa: boolean;
    tc: boolean;
    rd: boolean;
    encode(): Buffer;
  }
  interface Wire {
    readonly Message: typeof Message;
    readonly Question: typeof Question;
    readonly Record: typeof Record;
    readonly UNKNOWNRecord: typeof UNKNOWNRecord;
    readonly ARecord: typeof ARecord;
    readonly CNAMERecord: typeof CNAMERecord;
    readonly types: Readonly<{ A: number; CNAME: number; SOA: number; ANY: number }>;
    readonly classes: Readonly<{ IN: number; NONE: number; ANY: number }>;
    readonly opcodes: Readonly<{ QUERY: number; UPDATE: number }>;
    readonly codesByVal: Readonly<{ [code: number]: string | undefined }>;
  }
  const wire: Wire;
  export default wire;
}
