"""What the sample portfolio is made of: customers, people, engagements, titles."""

from __future__ import annotations

from dataclasses import field

from bot.domain.frozen import frozen

CUSTOMERS = {
    "borealis-bank": "Borealis Bank",
    "cafe-mueller": "Café Müller GmbH",
    "sakura-motors": "さくら自動車 (Sakura Motors)",
    "al-noor-telecom": "شركة النور (Al-Noor Telecom)",
    "polaris-agency": "Polaris Space Agency",
    "vandelay-imports": "Vandelay Imports & Exports",
}
PMS = ("maria.santos", "kenji.tanaka", "priya.nair")
ARCHITECTS = ("tom.becker", "aisha.khan")
ENGINEERS = ("lena.fischer", "diego.ruiz", "mei.chen", "sam.okafor", "ivan.petrov", "chloe.martin")
PARTNERS = {"Kumo Consulting": ("haruto.kumo", "yui.kumo"), "Delta Partners": ("omar.delta", "layla.delta")}
DIRECTOR = "robin.director"

MIGRATION = (
    "Inventory of groups, projects and users", "Migration runbook and rollback plan", "Dry run of the first wave",
    "Map permissions and SSO groups", "Migrate wave 1: platform teams", "Verify CI variables and secrets",
    "Migrate wave 2: product teams", "Redirects and DNS cut-over", "Migrate wave 3: archives",
    "Decommission the old server", "Knowledge transfer to the admin team", "Hypercare after cut-over",
)  # fmt: skip
RUNNERS = (
    "Design the runner fleet", "Terraform module for the runner cluster", "Autoscaling on spot instances",
    "Runner images with internal certificates", "Cache on object storage", "Register runners per group",
    "Monitoring and alerts for job queues", "Cost report per team", "Load test with 500 concurrent jobs",
    "Runbook for runner upgrades", "Handover workshop",
)  # fmt: skip
PIPELINES = (
    "Assess the existing pipelines", "Reference pipeline for Java services", "Reference pipeline for front-ends",
    "CI components catalogue", "Shared templates with includes and inputs", "Migrate pilot team pipelines",
    "Parallel tests and caching", "Deployment to Kubernetes by environments", "Review apps",
    "Migrate remaining pipelines", "Deprecate the old jobs", "Template governance and versioning",
)  # fmt: skip
SECURITY = (
    "Security baseline workshop", "SAST and secret detection in all projects", "Dependency scanning with SBOM",
    "Container scanning for the registry", "DAST for the public portal", "Scan execution policies",
    "Merge request approval policies", "Vulnerability triage process", "Security dashboards for the CISO",
    "Train security champions",
)  # fmt: skip
DEDICATED = (
    "Dedicated tenant onboarding", "Private connectivity and DNS", "SAML and SCIM provisioning",
    "Congregate set-up and test import", "Migrate groups and projects", "Geo replication for cut-over",
    "Cut-over rehearsal", "Production cut-over", "Performance baseline", "Operations handbook",
)  # fmt: skip
AIRGAP = (
    "Air-gapped architecture review", "Offline installation of Omnibus", "Offline scanner databases",
    "Mirror of container images", "PKI and smart-card sign-in", "Backup and restore drill",
    "Disaster recovery with Geo", "Hardening against the benchmark", "Acceptance test plan", "Administrator handover",
)  # fmt: skip
TRAINING = (
    "GitLab with Git essentials class", "GitLab CI/CD class", "Project management class", "Security essentials class",
    "System administration class", "Adoption survey", "Office hours", "Train the trainers",
)  # fmt: skip
HEALTH_CHECK = (
    "Collect configuration and metrics", "Review of PostgreSQL and Gitaly", "Review of backup and upgrade path",
    "Interview with platform team", "Findings report", "Remediation plan workshop",
)  # fmt: skip

WORLD = (
    "日本語のランナー設定", "Настройка резервного копирования", "مراجعة أمان النظام", "配置 CI/CD 模板",
    "Überprüfung der Zugriffsrechte – Größe & Maß", "🎉 Ship the first pipeline 🚀",
)  # fmt: skip
SMALL_WORK = (
    "Firewall rules for the runners", "Cut-over window agreed with operations", "Table of cost, risk and owner cleaned up",
    "Sanitising of user input in the portal", "Architecture diagram in the wiki", "Helm values for each environment",
    "Names of reports in both writing directions", "Follow-up to the security review", "Links in the README brought up to date",
    "Issue templates for the customer's teams", "Style guide for the documentation", "Inventory of service accounts",
)  # fmt: skip
"""What comes up besides; a few engagements have some of it."""
RISKS = (
    ("Customer VPN access not granted for new engineers", 4, 3, "Escalate weekly to the customer's sponsor"),
    ("Key architect leaves before the cut-over", 3, 2, "Shadowing and a written runbook"),
    ("Runner capacity below the sizing at peak hours", 2, 4, "Load test before the second wave"),
    ("Test data may not leave the customer's network", 3, 3, "Synthetic data set, agreed with the privacy office"),
    ("Third-party plug-in has no replacement", 2, 3, "Prototype with CI components"),
    ("Holiday season thins out the customer's team", 2, 4, "Move workshops forward, name deputies"),
    ("Legacy certificates expire during the roll-out", 3, 2, "Renewal calendar shared with the PKI team"),
    ("Network change freeze at the customer's year end", 4, 2, "Fire-wall requests two weeks before the freeze"),
    ("Single sign-on vendor changes its interface", 2, 2, "Pin the connector, test in staging"),
    ("Second-level support is not staffed yet", 3, 3, "Joint on-call for the first four weeks"),
)
GRAVE_RISKS = (
    ("Object storage throughput below the sizing", 4, 4, "Load test before wave 2, fall back to NFS"),
    ("Scope of the archive migration is not agreed", 3, 4, "Workshop, then a change order"),
    ("Maintenance window moves behind the quarter end", 5, 3, "Hold a second window, decide two weeks before"),
)
EXCEPTIONS = (("WE-scoping", "Work exception: archive of 1,200 repositories was not in scope"),
              ("work-at-risk", "Work at risk: phase 3 starts before the change order is signed"))  # fmt: skip
FIELDS = {
    "Customer": "customer", "SOW number": "sow", "Region": "region", "Project manager": "pm", "Architect": "architect",
    "Billing": "billing", "Budget (h)": "hours", "Baseline agreed": "baseline",
}  # fmt: skip
"""Custom fields of GitLab, and the facts that they hold: a team with these needs no block in the description."""
WONT_DO = "Workshop on the wiki that the customer gave up"
LESSONS = (("llPsProcess", "Lesson: agree the access list before kick-off"),
           ("llProduct", "Lesson: direct transfer needs more memory than documented"),
           ("llExpectation", "Lesson: tell the customer early what hypercare includes"))  # fmt: skip


@frozen
class Script:
    """One engagement: what was sold, and how it goes."""

    sow: int
    customer: str
    slug: str
    title: str
    billing: str
    value: int
    hours: int
    start: int  # weeks from the as-of date
    weeks: int
    titles: tuple[str, ...]
    team: tuple[tuple[str, int], ...]  # username, share of the work
    pm: str
    pace: float = 1.0  # progress in time ÷ planned progress
    cost: float = 1.0  # hours spent ÷ estimate
    tight: float = 0.8  # share of the SOW's time at whose end the last item is planned; the rest is reserve
    recognition: str | None = None
    phases: tuple[str, ...] = ("Discover", "Build", "Roll out")
    region: str = "EMEA"
    partner: str | None = None
    internal_root: bool = False
    key: bool = False
    health: str | None = "on_track"
    declared: str = "health::on track"
    sentiment: str = "sentiment::happy"
    added: int = 0
    risks: int = 2
    change_orders: tuple[tuple[str, int], ...] = ()
    escalated: bool = False
    sent_days_ago: int | None = None
    estimates: bool = True
    waiting: int = 0
    small: int = 0
    tags: tuple[str, ...] = field(default=())

    @property
    def finished(self) -> bool:
        """Complete before the as-of date."""
        return "complete" in self.tags

    @property
    def troubled(self) -> bool:
        """Far behind its plan."""
        return self.pace < 0.9


PLANS: tuple[Script, ...] = (
    Script(2101, "borealis-bank", "dedicated-migration", "Migration to GitLab Dedicated", "milestone", 240_000, 960, -18, 26,
         DEDICATED + MIGRATION, (("lena.fischer", 21), ("mei.chen", 14), ("tom.becker", 7)), "maria.santos", 1.02, 0.98,
         phases=("Foundation", "Migration waves", "Cut-over", "Hypercare"), key=True, small=3),
    Script(2117, "borealis-bank", "security-scanning", "Security scanning rollout", "time_and_materials", 120_000, 480, -9, 17,
         SECURITY + PIPELINES[7:11], (("diego.ruiz", 18), ("mei.chen", 14)), "kenji.tanaka", 0.9, 1.0, 0.84,
         health="needs_attention", declared="health::needs attention", waiting=2),
    Script(2088, "cafe-mueller", "jenkins-to-gitlab-ci", "Jenkins to GitLab CI migration", "fixed_price", 130_000, 520, -22, 24,
         PIPELINES, (("sam.okafor", 18), ("tom.becker", 6)), "priya.nair", 0.62, 1.35, 0.9, internal_root=True,
         health="at_risk", declared="health::at risk", sentiment="sentiment::unhappy", added=3, risks=4,
         change_orders=(("proposed", 80),), escalated=True, key=True),
    Script(2140, "cafe-mueller", "admin-training", "Administrator training", "fixed_price", 10_000, 40, 1, 19, TRAINING,
         (("sam.okafor", 2), ("ivan.petrov", 2)), "kenji.tanaka", health=None, declared="", sentiment="", risks=0,
         phases=("Classes", "Adoption"), tight=0.7),
    Script(2093, "sakura-motors", "ci-templates", "Monorepo and CI templates", "time_and_materials", 200_000, 800, -19, 26,
         PIPELINES + RUNNERS[:6], (("haruto.kumo", 27), ("chloe.martin", 9)), "maria.santos", 1.0, 1.0, 0.8, region="APAC",
         partner="Kumo Consulting", added=7, change_orders=(("approved", 120), ("rejected", 40)),
         sentiment="sentiment::concerned", small=3),
    Script(2059, "sakura-motors", "runner-fleet", "Runner fleet on Kubernetes", "fixed_price", 120_000, 480, -26, 20, RUNNERS,
         (("ivan.petrov", 12), ("diego.ruiz", 12)), "priya.nair", 1.0, 0.94, 0.93, recognition="on_completion", region="APAC",
         internal_root=True, small=2, tags=("complete", "win")),
    Script(2110, "al-noor-telecom", "geo-disaster-recovery", "Geo and disaster recovery", "milestone", 165_000, 660, -13, 18,
         AIRGAP[4:] + MIGRATION[:8], (("omar.delta", 24), ("ivan.petrov", 14), ("aisha.khan", 6)), "kenji.tanaka", 1.02, 0.98, 0.79,
         phases=("Design", "Build", "Drill"), partner="Delta Partners", sent_days_ago=3, small=2),
    Script(2071, "al-noor-telecom", "health-check", "Platform health check", "time_and_materials", 30_000, 120, -16, 5,
         HEALTH_CHECK, (("diego.ruiz", 12), ("mei.chen", 12)), "maria.santos", 1.0, 0.92, 0.9, risks=1, tags=("complete",),
         phases=("Review", "Report")),
    Script(2125, "polaris-agency", "air-gapped-installation", "Air-gapped installation", "fixed_price", 210_000, 840, -12, 22,
         AIRGAP + RUNNERS[:4], (("chloe.martin", 16), ("sam.okafor", 12), ("aisha.khan", 14)), "priya.nair", 0.6, 1.3, 0.9,
         recognition="percent_complete", region="AMER", internal_root=True, key=True, risks=4, waiting=1,
         tags=("blocked", "exceptions")),
    Script(2131, "polaris-agency", "compliance-pipelines", "Compliance pipelines", "time_and_materials", 80_000, 320, -9, 17,
         SECURITY[5:] + PIPELINES[3:11], (("ivan.petrov", 13), ("diego.ruiz", 10)), "kenji.tanaka", 0.99, 0.86, 0.77,
         region="AMER", estimates=False, health=None, declared="", sentiment="sentiment::concerned", waiting=3),
    Script(2064, "vandelay-imports", "bitbucket-migration", "Bitbucket Server migration", "milestone", 96_000, 384, -24, 20,
         MIGRATION, (("tom.becker", 12), ("aisha.khan", 8)), "maria.santos", 0.93, 1.17, 0.99, region="AMER",
         internal_root=True, small=1, tags=("complete", "late", "win", "lessons")),
    Script(2136, "vandelay-imports", "devsecops-enablement", "DevSecOps enablement workshops", "time_and_materials", 70_000,
         280, -7, 12, TRAINING + SECURITY[:6], (("tom.becker", 11), ("aisha.khan", 8), ("lena.fischer", 7)), "priya.nair",
         1.03, 0.93, 0.7, region="AMER", risks=1, small=2, tags=("fields",)),
)  # fmt: skip
