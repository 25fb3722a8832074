"""Instance types whose disks are local and encrypted by the hardware.

SageMaker refuses a KMS key for the volume of such an instance (CreateEndpointConfig, KmsKeyId; CreateTrainingJob, VolumeKmsKeyId). Which
families have local disks: EC2 user guide, instance store volumes.
"""

from __future__ import annotations

from zscan.model.document import Reading

_LOCAL_DISKS = frozenset(
    {
        "c5d",
        "c6gd",
        "c6id",
        "c7gd",
        "dl1",
        "g4dn",
        "g5",
        "g6",
        "g6e",
        "g7e",
        "i3en",
        "m5d",
        "m6gd",
        "m6id",
        "p3dn",
        "p4d",
        "p4de",
        "p5",
        "p5e",
        "p5en",
        "p6-b200",
        "p6-b300",
        "p6e-gb200",
        "r5d",
        "r6gd",
        "r6id",
        "r7gd",
        "trn1",
        "trn1n",
        "trn2",
    }
)


def hardware_encrypted(instance_type: Reading) -> Reading:
    """Whether an instance type has local disks only, so that no customer key can be chosen for them."""
    return instance_type.map(lambda text: str(text or "").removeprefix("ml.").partition(".")[0] in _LOCAL_DISKS)
