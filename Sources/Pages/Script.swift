/// The little that pages do beyond HTML. Everything is there without it.
public enum Script {
  public static let text = """
    'use strict';
    (() => {
      // Rows and cards that have all words: as they are typed.
      const input = document.querySelector('[data-filter]');
      if (input) {
        const items = [...document.querySelectorAll('[data-name]')];
        const status = document.querySelector('[data-status]');
        const label = input.closest('[hidden]');
        if (label) label.hidden = false;
        input.addEventListener('input', () => {
          const words = input.value.toLowerCase().split(/\\s+/).filter(Boolean);
          let shown = 0;
          for (const item of items) {
            const name = item.dataset.name.toLowerCase();
            item.hidden = !words.every(word => name.includes(word));
            if (!item.hidden) shown++;
          }
          if (status) status.textContent = words.length ? `${shown} of ${items.length}` : '';
        });
      }
      // All stacks of a section at once.
      for (const button of document.querySelectorAll('[data-fold]')) {
        const all = button.closest('section').querySelectorAll('details');
        button.hidden = false;
        button.addEventListener('click', () => {
          const open = button.getAttribute('aria-expanded') !== 'true';
          for (const each of all) each.open = open;
          button.setAttribute('aria-expanded', open);
          button.textContent = open ? 'Fold all' : 'Unfold all';
        });
      }
      // A form is sent by what is chosen in it.
      for (const form of document.querySelectorAll('form[data-auto]')) {
        form.addEventListener('change', () => form.requestSubmit());
      }
      // Counts of the week that is not over, and what is made of them. Of the page
      // as it is now, parts take the places of those here: what somebody has
      // filtered, unfolded or focused stays.
      const live = document.querySelector('[data-live]');
      if (live) {
        const names = page => [...page.querySelectorAll('[data-name],summary .name')].map(item => item.dataset.name ?? item.textContent).join('\\n');
        const parts = page => [...page.querySelectorAll('tr[data-name]>td,.card>svg,summary .n,[data-fresh]')];
        const renew = async () => {
          const answer = await fetch(location.href, {credentials: 'same-origin'});
          const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
          const [before, now] = [parts(document), parts(page)];
          if (!answer.ok || names(page) !== names(document) || now.length !== before.length) return false;
          before.forEach((part, index) => { if (!part.isEqualNode(now[index])) part.replaceWith(document.importNode(now[index], true)); });
          return true;
        };
        const tell = text => { live.setAttribute('role', 'status'); live.textContent = text; };
        const poll = async () => {
          if (!document.hidden) {
            try {
              const answer = await fetch(live.dataset.live, {credentials: 'same-origin', headers: {'Accept': 'application/json'}});
              if (!answer.ok) return tell('Another tel view is here now: open the address that it has printed.');
              const {counts, text} = await answer.json();
              const shown = new Map([...document.querySelectorAll('[data-count]')].map(cell => [cell.dataset.count, cell.textContent]));
              if (counts.some(({key, text}) => shown.get(key) !== text) && !await renew()) return tell('Other names have counted: load the page again.');
              live.textContent = text;
            } catch { return tell('tel view has ended.'); }
          }
          setTimeout(poll, 2000);
        };
        setTimeout(poll, 2000);
      }
      // / goes to the search.
      document.addEventListener('keydown', event => {
        if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
        const search = document.getElementById('q');
        if (!search) return;
        event.preventDefault();
        search.focus();
      });
    })();

    """
}
