/** Styles of the pages, in the page itself: its policy names their hash. */
export const styles = `
:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0; background: light-dark(#f4f5f7, #14171a); color: light-dark(#1c2024, #eceef0); }
main { max-width: 34rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.2; }
a { color: light-dark(#0b57a4, #8ec5ff); }
label, legend { font-weight: 600; }
.hint { margin: 0 0 .4rem; color: light-dark(#4a5259, #b4bcc4); }
fieldset { margin: 1.25rem 0; padding: 0; border: 0; }
legend { padding: 0; margin-bottom: .4rem; }
.choice { display: grid; grid-template-columns: 1.75rem 1fr; align-items: start; margin-bottom: .4rem; }
.choice label { font-weight: 400; }
.choice .hint { grid-column: 2; }
input[type=radio] { width: 1.1rem; height: 1.1rem; margin: .2rem 0 0; }
input[type=password] { box-sizing: border-box; width: 100%; padding: .6rem; font: inherit; color: inherit;
  background: light-dark(#fff, #1d2125); border: 1px solid light-dark(#6b747c, #8a939b); border-radius: .3rem; }
button, .button { display: inline-block; box-sizing: border-box; min-height: 2.75rem; margin: .5rem 0; padding: .55rem 1.1rem;
  font: inherit; font-weight: 600; text-decoration: none; cursor: pointer; border: 1px solid transparent; border-radius: .3rem;
  background: light-dark(#0b57a4, #8ec5ff); color: light-dark(#fff, #0a1a2a); }
.danger { background: transparent; color: light-dark(#a4161a, #ffb3b0); border-color: currentColor; }
.quiet { background: transparent; color: inherit; border-color: currentColor; }
:focus-visible { outline: 3px solid light-dark(#b35900, #ffc46b); outline-offset: 2px; }
.notice { padding: .1rem 1rem; border-left: .3rem solid; margin: 1rem 0; background: light-dark(#fff, #1d2125); }
.done { border-color: light-dark(#1a7f37, #57d37c); }
.fault { border-color: light-dark(#a4161a, #ff8a85); }
`;
