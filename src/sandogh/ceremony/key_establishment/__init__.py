"""Threshold trustees establish their key by files: what each member does, and what the coordinator who carries the files does.

    coordinator  new                → ceremony.json                       to everybody
    member       certificate        → PREFIX.1-certificate.json           (and PREFIX.seed.json, which stays)
    coordinator  add …              → round-1.json: all certificates      to everybody, who compare its fingerprint by telephone
    member       commit             → PREFIX.2-commitment.json            (and PREFIX.kept.json, which stays)
    coordinator  add …              → round-2.json: and all commitments   to everybody
    member       polynomial         → PREFIX.3-polynomial.json
    coordinator  add …              → round-3.json: and all polynomials   to everybody
    member       key                → PREFIX.4-key.json                   (and PREFIX.private.json, which decrypts)
    coordinator  add …              → round-4.json: and all keys, threshold-parameters.json
    member       confirm            the key in hand belongs to what will be sealed

The coordinator is trusted with nothing but diligence. Everything that is handed round is the same for everybody and public; secrets
travel inside, encrypted from member to member (protocol.md §6.2). Every member checks everything again.
"""
