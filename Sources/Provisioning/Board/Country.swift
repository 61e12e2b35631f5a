import PeerNetClient
import Settings

/// A country that the kernel has radio rules for. With an unknown code a board's radio uses only what is allowed in
/// every country, and wpa_supplicant does not say so.
package struct Country: Hashable, Sendable {
  /// The two-letter code in capitals (ISO 3166-1).
  let code: String
  /// The English name.
  package let name: String

  /// By its code, regardless of case. The error names the country that was meant.
  package init(_ text: String) throws(InvalidSetting) {
    let code = text.uppercased()
    if let known = Self.all.first(where: { $0.code == code }) {
      self = known
      return
    }
    guard let meant = Self.meant(by: text) else {
      throw InvalidSetting(
        text.utf8.count == 2
          ? "no radio rules are known for a country \(Printable.text(text))" : "a country is two letters, as in DE")
    }
    throw InvalidSetting("\(Printable.text(text)) is no country's code; \(meant.code) is \(meant.shownName)")
  }

  /// The name as it stands in a sentence.
  var shownName: String {
    name.hasPrefix("United ") || name.hasSuffix("Islands") || name.hasSuffix("Republic") ? "the \(name)" : name
  }

  /// The country whose name, or whose commonly mistaken code, the text is.
  private static func meant(by text: String) -> Country? {
    let others = ["UK": "GB", "EN": "GB", "SF": "FI", "EL": "GR", "USA": "US", "ENGLAND": "GB", "BRITAIN": "GB"]
    let text = text.uppercased()
    if let code = others[text] { return all.first { $0.code == code } }
    guard text.utf8.count > 3 else { return nil }
    let names = all.map { Array($0.name.uppercased().utf8) }
    guard let nearest = nearestName(to: Array(text.utf8), among: names), let index = names.firstIndex(of: nearest)
    else { return nil }
    return all[index]
  }

  private init(code: String, name: String) { (self.code, self.name) = (code, name) }

  /// The countries of the kernel's regulatory database (wireless-regdb 2026.05.30, public data), with the names that the time
  /// zone database has for them (iso3166.tab, public domain).
  static let all: [Country] = list.split(separator: "\n").map { line in
    Country(code: String(line.prefix(2)), name: String(line.dropFirst(3)))
  }

  private static let list = """
    AD Andorra
    AE United Arab Emirates
    AF Afghanistan
    AI Anguilla
    AL Albania
    AM Armenia
    AR Argentina
    AS Samoa (American)
    AT Austria
    AU Australia
    AW Aruba
    AZ Azerbaijan
    BA Bosnia & Herzegovina
    BB Barbados
    BD Bangladesh
    BE Belgium
    BF Burkina Faso
    BG Bulgaria
    BH Bahrain
    BL St Barthelemy
    BM Bermuda
    BN Brunei
    BO Bolivia
    BR Brazil
    BS Bahamas
    BT Bhutan
    BW Botswana
    BY Belarus
    BZ Belize
    CA Canada
    CF Central African Rep.
    CH Switzerland
    CI Côte d'Ivoire
    CL Chile
    CN China
    CO Colombia
    CR Costa Rica
    CU Cuba
    CX Christmas Island
    CY Cyprus
    CZ Czech Republic
    DE Germany
    DK Denmark
    DM Dominica
    DO Dominican Republic
    DZ Algeria
    EC Ecuador
    EE Estonia
    EG Egypt
    ES Spain
    ET Ethiopia
    FI Finland
    FM Micronesia
    FO Faroe Islands
    FR France
    GB United Kingdom
    GD Grenada
    GE Georgia
    GF French Guiana
    GH Ghana
    GI Gibraltar
    GL Greenland
    GP Guadeloupe
    GR Greece
    GT Guatemala
    GU Guam
    GY Guyana
    HK Hong Kong
    HN Honduras
    HR Croatia
    HT Haiti
    HU Hungary
    ID Indonesia
    IE Ireland
    IL Israel
    IM Isle of Man
    IN India
    IR Iran
    IS Iceland
    IT Italy
    JM Jamaica
    JO Jordan
    JP Japan
    KE Kenya
    KH Cambodia
    KN St Kitts & Nevis
    KP Korea (North)
    KR Korea (South)
    KW Kuwait
    KY Cayman Islands
    KZ Kazakhstan
    LB Lebanon
    LC St Lucia
    LI Liechtenstein
    LK Sri Lanka
    LS Lesotho
    LT Lithuania
    LU Luxembourg
    LV Latvia
    MA Morocco
    MC Monaco
    MD Moldova
    ME Montenegro
    MF St Martin (French)
    MH Marshall Islands
    MK North Macedonia
    MN Mongolia
    MO Macau
    MP Northern Mariana Islands
    MQ Martinique
    MR Mauritania
    MT Malta
    MU Mauritius
    MV Maldives
    MW Malawi
    MX Mexico
    MY Malaysia
    NA Namibia
    NG Nigeria
    NI Nicaragua
    NL Netherlands
    NO Norway
    NP Nepal
    NZ New Zealand
    OM Oman
    PA Panama
    PE Peru
    PF French Polynesia
    PG Papua New Guinea
    PH Philippines
    PK Pakistan
    PL Poland
    PM St Pierre & Miquelon
    PR Puerto Rico
    PT Portugal
    PW Palau
    PY Paraguay
    QA Qatar
    RE Réunion
    RO Romania
    RS Serbia
    RU Russia
    RW Rwanda
    SA Saudi Arabia
    SE Sweden
    SG Singapore
    SI Slovenia
    SK Slovakia
    SM San Marino
    SN Senegal
    SR Suriname
    SV El Salvador
    SX St Maarten (Dutch)
    SY Syria
    TC Turks & Caicos Is
    TD Chad
    TG Togo
    TH Thailand
    TN Tunisia
    TR Turkey
    TT Trinidad & Tobago
    TW Taiwan
    TZ Tanzania
    UA Ukraine
    UG Uganda
    US United States
    UY Uruguay
    UZ Uzbekistan
    VA Vatican City
    VC St Vincent
    VE Venezuela
    VI Virgin Islands (US)
    VN Vietnam
    VU Vanuatu
    WF Wallis & Futuna
    WS Samoa (western)
    YE Yemen
    YT Mayotte
    ZA South Africa
    ZW Zimbabwe
    """
}
