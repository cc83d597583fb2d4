extension Stylesheet {
  /// For pages that everybody sees: the same, with more air.
  public static let publicText = text + """
    .public [hidden]{display:none!important}
    .public{max-width:67rem;font-size:16px}
    .public h1{font-size:1.75rem;letter-spacing:-.012em;margin:1.1rem 0 .5rem}
    .public h2{font-size:1.2rem;margin:2.1rem 0 .5rem;scroll-margin-top:1rem}
    .public footer{margin-top:3rem;border-top:1px solid var(--line);padding-top:.8rem;color:var(--soft);font-size:.88rem}
    .public footer p{margin:.25rem 0}
    .brand.brand{font-weight:700;color:var(--ink);font-size:1.02rem}
    .public .top{gap:.3rem 1.6rem}
    .public .top nav{flex:1}
    .path ol{display:flex;flex-wrap:wrap;gap:.1rem .45rem;list-style:none;margin:1.1rem 0 -.7rem;padding:0;font-size:.9rem}
    .path li+li::before{content:"› ";color:var(--soft)}
    .path a{overflow-wrap:anywhere}
    .lede{font-size:1.1rem;line-height:1.5;max-width:46rem;margin:.4rem 0 1.2rem}
    .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:.8rem;margin:1rem 0;padding:0;list-style:none}
    .tiles li{background:var(--raised);border-radius:10px;padding:.7rem .95rem;min-width:0}
    .tiles b{display:block;font-size:1.55rem;line-height:1.25;font-variant-numeric:tabular-nums;letter-spacing:-.01em;overflow-wrap:anywhere}
    .tiles span{color:var(--soft);font-size:.9rem}
    .tiles svg{display:block;margin-top:.35rem}
    .public .cards{grid-template-columns:repeat(auto-fill,minmax(19rem,1fr));gap:1rem}
    .public .card{border-radius:10px;padding:.85rem 1rem .9rem;display:flex;flex-direction:column}
    .card h3 a{text-decoration:none}
    .card h3 a:hover{text-decoration:underline}
    .card .soft{font-size:.88rem;margin:.1rem 0 .5rem}
    .card svg+p,.card dl{margin:.5rem 0 0}
    .card .facts{gap:.1rem .9rem;font-size:.92rem}
    .card.few{border-style:dashed}
    .note{border-left:3px solid var(--line);padding:.1rem 0 .1rem .9rem;margin:1.2rem 0;color:var(--soft);max-width:52rem}
    .note h2{margin:.1rem 0 .3rem;font-size:1rem;color:var(--ink)}
    .note strong{color:var(--ink)}
    .cards.about{grid-template-columns:repeat(auto-fit,minmax(14rem,1fr));gap:1rem}
    .panel{background:var(--raised);border-radius:10px;padding:.7rem .95rem;margin:1rem 0}
    .panel form{align-items:end}
    .panel .line{align-items:center}
    .chips{display:flex;flex-wrap:wrap;gap:.3rem .5rem;list-style:none;margin:.5rem 0;padding:0;font-size:.92rem}
    .chips a{display:inline-block;border:1px solid var(--line);border-radius:1em;padding:.05rem .7rem;text-decoration:none}
    .chips a[aria-current]{background:var(--link);border-color:var(--link);color:var(--paper)}
    .picture{overflow-x:auto;margin:.6rem 0}
    .picture svg{display:block}
    .picture .small{display:none}
    .day{white-space:nowrap}
    .picture .tel-chart{font-size:12px}
    .stack{border-top:1px solid var(--line);padding:.6rem 0}
    .stack h3{font-size:1rem}
    .hash{white-space:normal;overflow-wrap:anywhere}
    .public ul li{overflow-wrap:anywhere}
    .up{color:var(--soft);white-space:nowrap}
    .public .line{justify-content:flex-start}
    .public .line label{order:3}
    .facts.two{grid-template-columns:max-content minmax(0,1fr) max-content minmax(0,1fr);border-block:1px solid var(--line);padding:.6rem 0}
    .downloads{display:flex;flex-wrap:wrap;gap:.5rem 1.1rem;list-style:none;padding:0;margin:.6rem 0}
    .months{columns:14rem;column-gap:2rem}
    .public details>summary{padding:.15rem 0}
    .public td,.public th{padding-top:.32rem;padding-bottom:.32rem}
    td .soft,th .soft{font-size:.88rem}
    .key{display:block;font-weight:400;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.8rem;color:var(--soft);overflow-wrap:anywhere}
    @media (max-width:40rem){
    .public{padding:0 .9rem 2rem}
    .public h1{font-size:1.45rem}
    .public .cards.cards{grid-template-columns:1fr}
    .facts.two{grid-template-columns:1fr}
    .card .facts{grid-template-columns:max-content 1fr}
    .tiles{grid-template-columns:repeat(auto-fit,minmax(9rem,1fr));gap:.6rem}
    .tiles b{font-size:1.3rem}
    .picture .large{display:none}
    .picture .small{display:block}
    }
    @media print{
    .public footer{display:none}
    .picture svg{max-width:100%}
    .tiles li,.panel{background:none;border:1px solid var(--line)}
    }

    """
}
