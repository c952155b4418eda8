//! What machines read: one sample as JSON and as SARIF.

use super::tests::{sample, written};
use crate::finding::Severity;
use crate::text::Span;

#[test]
fn json() {
    insta::assert_snapshot!(written(|out| super::json::render(&sample(), out)), @r#"
    {
      "version": 1,
      "findings": [
        {
          "code": "DTM001",
          "name": "naive-utcnow",
          "family": "datetime",
          "severity": "error",
          "message": "`datetime.utcnow()` returns a naive datetime, which compares with no aware one",
          "path": "app/order s.py",
          "start": {
            "line": 4,
            "column": 20,
            "offset": 83
          },
          "end": {
            "line": 4,
            "column": 37,
            "offset": 100
          },
          "labels": [
            {
              "path": "app/order s.py",
              "start": {
                "line": 1,
                "column": 6,
                "offset": 8
              },
              "end": {
                "line": 1,
                "column": 21,
                "offset": 23
              },
              "message": "imported here"
            },
            {
              "path": "app/schemas.py",
              "start": {
                "line": 2,
                "column": 7,
                "offset": 7
              },
              "end": {
                "line": 2,
                "column": 16,
                "offset": 16
              },
              "message": "`BaseModel` is defined here"
            }
          ],
          "help": null,
          "fix": {
            "title": "Replace with `datetime.now(timezone.utc)`",
            "safety": "safe",
            "edits": [
              {
                "path": "app/order s.py",
                "start": {
                  "line": 1,
                  "column": 30,
                  "offset": 32
                },
                "end": {
                  "line": 1,
                  "column": 30,
                  "offset": 32
                },
                "text": ", timezone"
              },
              {
                "path": "app/order s.py",
                "start": {
                  "line": 4,
                  "column": 20,
                  "offset": 83
                },
                "end": {
                  "line": 4,
                  "column": 37,
                  "offset": 100
                },
                "text": "datetime.now(timezone.utc)"
              }
            ]
          },
          "alternatives": [],
          "baselined": false
        },
        {
          "code": "SEC001",
          "name": "password-literal",
          "family": "secrets",
          "severity": "warning",
          "message": "`key` holds a secret",
          "path": "app/order s.py",
          "start": {
            "line": 4,
            "column": 46,
            "offset": 109
          },
          "end": {
            "line": 4,
            "column": 61,
            "offset": 124
          },
          "labels": [],
          "help": null,
          "fix": null,
          "alternatives": [],
          "baselined": false
        },
        {
          "code": "PYM001",
          "name": "v1-validator",
          "family": "pydantic",
          "severity": "warning",
          "message": "`@validator` is gone in Pydantic 3",
          "path": "app/order s.py",
          "start": {
            "line": 6,
            "column": 5,
            "offset": 133
          },
          "end": {
            "line": 9,
            "column": 1,
            "offset": 171
          },
          "labels": [],
          "help": "use `@field_validator` and make it a class method",
          "fix": null,
          "alternatives": [],
          "baselined": false
        },
        {
          "code": "DTM001",
          "name": "naive-utcnow",
          "family": "datetime",
          "severity": "note",
          "message": "the file ends",
          "path": "app/schemas.py",
          "start": {
            "line": 3,
            "column": 1,
            "offset": 23
          },
          "end": {
            "line": 3,
            "column": 1,
            "offset": 23
          },
          "labels": [],
          "help": null,
          "fix": null,
          "alternatives": [],
          "baselined": false
        }
      ],
      "errors": [
        {
          "path": "app/gone.py",
          "message": "cannot be read: permission denied",
          "help": "make it readable, or exclude it"
        }
      ],
      "summary": {
        "files": 2,
        "findings": 4,
        "errors": 1,
        "warnings": 2,
        "notes": 1,
        "fixable_safe": 1,
        "fixable_unsafe": 1,
        "fixed": 0,
        "suppressed": 0,
        "skipped": 0,
        "baseline": null
      }
    }
    "#);
}

#[test]
fn sarif_keeps_the_gravest_of_too_many() {
    let page = super::tests::page("DTM001", "naive-utcnow", "datetime");
    let severity = |index: u32| match index {
        29_999 => Severity::Error,
        index if index % 2 == 0 => Severity::Note,
        _ => Severity::Warning,
    };
    let findings = (0..30_000)
        .map(|index| super::tests::shown(page, severity(index), "a.py", Span::new(index, index + 1), "one of many"));
    let report = super::Report { show_notes: true, ..super::tests::report(findings.collect()) };
    let log: serde_json::Value =
        serde_json::from_str(&written(|out| super::sarif::render(&report, out))).expect("it is JSON");
    let results = log["runs"][0]["results"].as_array().expect("a list");
    let count = |level: &str| results.iter().filter(|one| one["level"] == level).count();
    assert_eq!((count("error"), count("warning"), count("note")), (1, 14_999, 10_000));
    let said = &log["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"];
    assert_eq!(said, "Code scanning takes 25000 results: the 5000 least severe are left out.");
}

/// The formats of other systems, one file each under `snapshots/`.
#[test]
fn other_systems() {
    let report = sample();
    insta::assert_snapshot!("jsonl", written(|out| super::json::render_lines(&report, out)));
    insta::assert_snapshot!("github", written(|out| super::github::render(&report, out)));
    insta::assert_snapshot!("gitlab", written(|out| super::gitlab::render(&report, out)));
    insta::assert_snapshot!("junit", written(|out| super::junit::render(&report, out)));
    insta::assert_snapshot!("rdjson", written(|out| super::rdjson::render(&report, out)));
    insta::assert_snapshot!("sonar", written(|out| super::sonar::render(&report, out)));
    insta::assert_snapshot!("markdown", written(|out| super::markdown::render(&report, out)));
}

#[test]
fn sarif() {
    insta::assert_snapshot!(written(|out| super::sarif::render(&sample(), out)), @r##"
    {
      "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
      "version": "2.1.0",
      "runs": [
        {
          "tool": {
            "driver": {
              "name": "davy",
              "fullName": "davy 0.1.0",
              "version": "0.1.0",
              "semanticVersion": "0.1.0",
              "informationUri": "https://example.org/davy",
              "rules": [
                {
                  "id": "DTM001",
                  "name": "naive-utcnow",
                  "shortDescription": {
                    "text": "What it costs, in a sentence."
                  },
                  "fullDescription": {
                    "text": "What it costs, in a sentence. And another one."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "helpUri": "https://example.org/davy/rules/datetime/naive-utcnow.md",
                  "help": {
                    "text": "# naive-utcnow\n\nWhat it costs, in a sentence. And another\none.",
                    "markdown": "# naive-utcnow\n\nWhat it costs, in a sentence. And another\none."
                  },
                  "properties": {
                    "tags": [
                      "datetime",
                      "time"
                    ],
                    "precision": "high",
                    "problem.severity": "error"
                  }
                },
                {
                  "id": "PYM001",
                  "name": "v1-validator",
                  "shortDescription": {
                    "text": "What it costs, in a sentence."
                  },
                  "fullDescription": {
                    "text": "What it costs, in a sentence. And another one."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "helpUri": "https://example.org/davy/rules/pydantic/v1-validator.md",
                  "help": {
                    "text": "# v1-validator\n\nWhat it costs, in a sentence. And another\none.",
                    "markdown": "# v1-validator\n\nWhat it costs, in a sentence. And another\none."
                  },
                  "properties": {
                    "tags": [
                      "pydantic",
                      "time"
                    ],
                    "precision": "high",
                    "problem.severity": "error"
                  }
                },
                {
                  "id": "SEC001",
                  "name": "password-literal",
                  "shortDescription": {
                    "text": "What it costs, in a sentence."
                  },
                  "fullDescription": {
                    "text": "What it costs, in a sentence. And another one."
                  },
                  "defaultConfiguration": {
                    "level": "error"
                  },
                  "helpUri": "https://example.org/davy/rules/secrets/password-literal.md",
                  "help": {
                    "text": "# password-literal\n\nWhat it costs, in a sentence. And another\none.",
                    "markdown": "# password-literal\n\nWhat it costs, in a sentence. And another\none."
                  },
                  "properties": {
                    "tags": [
                      "secrets",
                      "security",
                      "time"
                    ],
                    "precision": "high",
                    "problem.severity": "error",
                    "security-severity": "8.0"
                  }
                }
              ]
            }
          },
          "invocations": [
            {
              "executionSuccessful": false,
              "toolExecutionNotifications": [
                {
                  "level": "error",
                  "message": {
                    "text": "Cannot be read: permission denied. Make it readable, or exclude it."
                  },
                  "locations": [
                    {
                      "physicalLocation": {
                        "artifactLocation": {
                          "uri": "app/gone.py",
                          "uriBaseId": "%SRCROOT%"
                        }
                      }
                    }
                  ]
                }
              ]
            }
          ],
          "originalUriBaseIds": {
            "%SRCROOT%": {
              "description": {
                "text": "The folder in which davy ran."
              }
            }
          },
          "results": [
            {
              "ruleId": "DTM001",
              "ruleIndex": 0,
              "level": "error",
              "message": {
                "text": "`datetime.utcnow()` returns a naive datetime, which compares with no aware one."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "app/order%20s.py",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 4,
                      "startColumn": 21,
                      "endLine": 4,
                      "endColumn": 38
                    }
                  }
                }
              ],
              "relatedLocations": [
                {
                  "id": 1,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "app/order%20s.py",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 1,
                      "startColumn": 6,
                      "endLine": 1,
                      "endColumn": 21
                    }
                  },
                  "message": {
                    "text": "imported here"
                  }
                },
                {
                  "id": 2,
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "app/schemas.py",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 2,
                      "startColumn": 7,
                      "endLine": 2,
                      "endColumn": 16
                    }
                  },
                  "message": {
                    "text": "`BaseModel` is defined here"
                  }
                }
              ],
              "partialFingerprints": {
                "davy/v1": "43f4f83e0b131bc8be8c27c11675e4cb"
              },
              "fixes": [
                {
                  "description": {
                    "text": "Replace with `datetime.now(timezone.utc)`"
                  },
                  "artifactChanges": [
                    {
                      "artifactLocation": {
                        "uri": "app/order%20s.py",
                        "uriBaseId": "%SRCROOT%"
                      },
                      "replacements": [
                        {
                          "deletedRegion": {
                            "startLine": 1,
                            "startColumn": 30,
                            "endLine": 1,
                            "endColumn": 30
                          },
                          "insertedContent": {
                            "text": ", timezone"
                          }
                        },
                        {
                          "deletedRegion": {
                            "startLine": 4,
                            "startColumn": 21,
                            "endLine": 4,
                            "endColumn": 38
                          },
                          "insertedContent": {
                            "text": "datetime.now(timezone.utc)"
                          }
                        }
                      ]
                    }
                  ]
                }
              ]
            },
            {
              "ruleId": "SEC001",
              "ruleIndex": 2,
              "level": "warning",
              "message": {
                "text": "`key` holds a secret."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "app/order%20s.py",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 4,
                      "startColumn": 47,
                      "endLine": 4,
                      "endColumn": 62
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "davy/v1": "00804c6b63098854229c353030c7b6c6"
              }
            },
            {
              "ruleId": "PYM001",
              "ruleIndex": 1,
              "level": "warning",
              "message": {
                "text": "`@validator` is gone in Pydantic 3. Use `@field_validator` and make it a class method."
              },
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "app/order%20s.py",
                      "uriBaseId": "%SRCROOT%"
                    },
                    "region": {
                      "startLine": 6,
                      "startColumn": 5,
                      "endLine": 8,
                      "endColumn": 6
                    }
                  }
                }
              ],
              "partialFingerprints": {
                "primaryLocationLineHash": "8933d58be441a710:1",
                "davy/v1": "f43b59b1f76e0868b83c332b31f66cef"
              }
            }
          ],
          "columnKind": "utf16CodeUnits"
        }
      ]
    }
    "##);
}
