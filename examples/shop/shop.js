// Any element of a page can open the chat. Calls made before the chat's script arrives wait in a
// queue.
window.Heard = window.Heard || function wait(...given) {
  (window.Heard.q = window.Heard.q || []).push(given);
};
document.querySelector('.ask').addEventListener('click', () => window.Heard('open'));
