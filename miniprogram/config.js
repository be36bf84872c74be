// What a school changes: where its server is. Nothing secret belongs here, everybody can read a Mini Program.

module.exports = {
  /** The server's address; it must also be a request domain in the Mini Program's console. */
  baseUrl: 'https://api.example.com',
  /** Subscribe message templates to ask for after an order: a console's ids, none by default. */
  templateIds: /** @type {string[]} */ ([]),
}
