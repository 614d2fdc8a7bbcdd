/** MySQL's packets (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_command_phase.html). */
import { Messages } from './protocol.ts';
import type { Answered, ClientReader, Protocol, Said, ServerReader } from './protocol.ts';

const [QUERY, PREPARE, EXECUTE, CLOSE] = [0x03, 0x16, 0x17, 0x19];
const REFUSED = `SIGNAL SQLSTATE '23000' SET MYSQL_ERRNO = 1062, MESSAGE_TEXT = "Duplicate entry 'x' for key 'refused'"`;

/** Three bytes of length, one that counts the packets of a command. */
const packetLength = (bytes: Buffer): number | undefined => (bytes.length < 4 ? undefined : 4 + bytes.readUIntLE(0, 3));

/** What stands before the text of a query where client and server agreed on attributes: that there are none. */
const NO_ATTRIBUTES = Buffer.from([0, 1]);

class MySQLClient implements ClientReader {
  readonly #messages = new Messages(packetLength);
  #attributes = false;

  *read(chunk: Buffer): Generator<Said> {
    for (const bytes of this.#messages.read(chunk)) yield { bytes, request: this.#requestOf(bytes) };
  }

  #requestOf(packet: Buffer): string | undefined {
    const [order, command] = [packet[3], packet[4]];
    // The first packet of a command; what logs in is none.
    if (order !== 0 || command === undefined || command === CLOSE) return undefined;
    if (command === EXECUTE) return `statement ${packet.readUInt32LE(5)}`;
    if (command === PREPARE) return packet.toString('utf8', 5);
    if (command !== QUERY) return undefined;
    this.#attributes = packet.subarray(5, 7).equals(NO_ATTRIBUTES);
    return packet.toString('utf8', this.#attributes ? 7 : 5);
  }

  refusal(): Buffer {
    const head = Buffer.from([0, 0, 0, 0, QUERY]);
    const packet = Buffer.concat([head, ...(this.#attributes ? [NO_ATTRIBUTES] : []), Buffer.from(REFUSED)]);
    packet.writeUIntLE(packet.length - 4, 0, 3);
    return packet;
  }
}

class MySQLServer implements ServerReader {
  /** This driver sends a request when the one before it is answered, so what comes is of the last one. */
  *read(bytes: Buffer): Generator<Answered> {
    yield { bytes, ends: true };
  }
}

export const mysql: Protocol = { client: () => new MySQLClient(), server: () => new MySQLServer() };
